-- Zendesk knows its people by their addresses only.
select
    'zendesk:' || id as person_id,
    'zendesk' as source,
    case when role = 'end-user' then 'customer' else 'agent' end as role,
    'zendesk:' || organization_id as organisation_id,
    cast(null as varchar) as product_user_id,
    email_hash,
    created_at
from {{ source('zendesk', 'users') }}
