{{ union_providers('visitor_identities') }}
