{{ union_providers('support_groups') }}
