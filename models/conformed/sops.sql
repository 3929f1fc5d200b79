{{ union_providers('sops') }}
