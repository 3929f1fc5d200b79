{{ union_providers('order_adjustments') }}
