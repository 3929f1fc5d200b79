{{ union_providers('automations') }}
