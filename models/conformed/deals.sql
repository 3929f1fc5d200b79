{{ union_providers('deals') }}
