{{ union_providers('subscription_items') }}
