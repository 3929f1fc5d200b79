-- Of several domains the first is the organisation's.
select
    'zendesk:' || id as organisation_id,
    'zendesk' as source,
    'stripe:' || nullif(trim(external_id), '') as billing_account_id,
    nullif(lower(trim(split_part(domain_names, ',', 1))), '') as domain,
    created_at
from {{ source('zendesk', 'organizations') }}
