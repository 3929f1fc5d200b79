{{ union_providers('release_records') }}
