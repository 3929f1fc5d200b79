{{ union_providers('ad_spend') }}
