{{ union_providers('flags') }}
