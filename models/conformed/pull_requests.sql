{{ union_providers('pull_requests') }}
