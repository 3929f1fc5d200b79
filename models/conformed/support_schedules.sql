{{ union_providers('support_schedules') }}
