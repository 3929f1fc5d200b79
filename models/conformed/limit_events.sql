{{ union_providers('limit_events') }}
