{{ union_providers('work_items') }}
