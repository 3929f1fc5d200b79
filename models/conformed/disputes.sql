{{ union_providers('disputes') }}
