{{ union_providers('price_tiers') }}
