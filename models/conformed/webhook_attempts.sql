{{ union_providers('webhook_attempts') }}
