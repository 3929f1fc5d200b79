{{ union_providers('deal_stages') }}
