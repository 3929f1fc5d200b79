{{ union_providers('changelog_entries') }}
