{{ union_providers('crm_companies') }}
