{{ union_providers('cloud_costs') }}
