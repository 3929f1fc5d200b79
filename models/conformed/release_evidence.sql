{{ union_providers('release_evidence') }}
