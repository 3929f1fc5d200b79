{{ union_providers('help_events') }}
