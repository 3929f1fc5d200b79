{{ union_providers('sop_trainings') }}
