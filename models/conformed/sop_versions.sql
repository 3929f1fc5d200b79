{{ union_providers('sop_versions') }}
