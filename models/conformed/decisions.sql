{{ union_providers('decisions') }}
