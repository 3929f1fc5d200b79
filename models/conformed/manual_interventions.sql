{{ union_providers('manual_interventions') }}
