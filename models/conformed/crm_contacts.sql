{{ union_providers('crm_contacts') }}
