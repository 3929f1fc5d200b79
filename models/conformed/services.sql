{{ union_providers('services') }}
