{{ union_providers('invitations') }}
