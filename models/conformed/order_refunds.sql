{{ union_providers('order_refunds') }}
