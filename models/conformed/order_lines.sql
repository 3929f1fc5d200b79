{{ union_providers('order_lines') }}
