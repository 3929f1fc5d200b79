-- The product knows its customers by Stripe's ids.
select
    'segment:' || id as user_id,
    'segment' as source,
    'stripe:' || nullif(trim(company_id), '') as billing_account_id,
    email_hash,
    email_domain,
    created_at as signed_up_at
from {{ source('segment', 'users') }}
