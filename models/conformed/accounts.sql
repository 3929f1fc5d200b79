{{ union_providers('accounts') }}
