{{ union_providers('sop_runs') }}
