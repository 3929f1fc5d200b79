select
    'intercom:' || id as organisation_id,
    'intercom' as source,
    'stripe:' || nullif(trim(company_id), '') as billing_account_id,
    cast(null as varchar) as domain,
    created_at
from {{ source('intercom', 'companies') }}
