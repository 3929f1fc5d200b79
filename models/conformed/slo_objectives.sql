{{ union_providers('slo_objectives') }}
