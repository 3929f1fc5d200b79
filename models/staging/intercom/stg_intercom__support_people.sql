-- Who asks and who answers are two lists of Intercom's with ids of their own.
select
    'intercom:' || id as person_id,
    'intercom' as source,
    'customer' as role,
    'intercom:' || company_id as organisation_id,
    'segment:' || nullif(trim(external_id), '') as product_user_id,
    email_hash,
    created_at
from {{ source('intercom', 'contacts') }}
union all
select
    'intercom:' || id as person_id,
    'intercom' as source,
    case when is_bot then 'bot' else 'agent' end as role,
    cast(null as varchar) as organisation_id,
    cast(null as varchar) as product_user_id,
    cast(null as varchar) as email_hash,
    cast(null as timestamp) as created_at
from {{ source('intercom', 'admins') }}
