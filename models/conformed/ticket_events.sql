{{ union_providers('ticket_events') }}
