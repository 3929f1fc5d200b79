{{ union_providers('orders') }}
