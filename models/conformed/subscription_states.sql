{{ union_providers('subscription_states') }}
