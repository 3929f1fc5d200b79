{{ union_providers('release_rollouts') }}
