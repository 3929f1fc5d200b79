{{ union_providers('product_events') }}
