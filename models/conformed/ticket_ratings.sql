{{ union_providers('ticket_ratings') }}
