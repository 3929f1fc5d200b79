{{ union_providers('metered_usage') }}
