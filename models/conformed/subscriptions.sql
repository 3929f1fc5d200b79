{{ union_providers('subscriptions') }}
