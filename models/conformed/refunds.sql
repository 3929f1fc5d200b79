{{ union_providers('refunds') }}
