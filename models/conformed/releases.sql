{{ union_providers('releases') }}
