{{ union_providers('feedback_items') }}
