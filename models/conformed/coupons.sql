{{ union_providers('coupons') }}
