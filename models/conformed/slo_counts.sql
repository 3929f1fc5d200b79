{{ union_providers('slo_counts') }}
