{{ union_providers('packaging_exceptions') }}
