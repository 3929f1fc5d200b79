{{ union_providers('products') }}
