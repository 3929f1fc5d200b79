select
    'plans_limits:' || id as packaging_exception_id,
    'plans_limits' as source,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    kind,
    approved_at,
    ends_on
from {{ source('plans_limits', 'exceptions') }}
