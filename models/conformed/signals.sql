{{ union_providers('signals') }}
