{{ union_providers('plan_limits') }}
