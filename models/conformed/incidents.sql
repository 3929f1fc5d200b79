{{ union_providers('incidents') }}
