{{ union_providers('tickets') }}
