{{ union_providers('release_commits') }}
