{{ union_providers('commits') }}
