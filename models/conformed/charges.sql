{{ union_providers('charges') }}
