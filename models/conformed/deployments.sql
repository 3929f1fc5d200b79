{{ union_providers('deployments') }}
