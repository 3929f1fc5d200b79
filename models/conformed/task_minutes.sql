{{ union_providers('task_minutes') }}
