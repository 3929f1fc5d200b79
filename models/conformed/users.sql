{{ union_providers('users') }}
