{{ union_providers('page_views') }}
