{{ union_providers('feedback_clusters') }}
