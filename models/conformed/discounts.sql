{{ union_providers('discounts') }}
