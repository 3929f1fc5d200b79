{{ union_providers('customers') }}
