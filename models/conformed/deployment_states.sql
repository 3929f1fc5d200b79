{{ union_providers('deployment_states') }}
