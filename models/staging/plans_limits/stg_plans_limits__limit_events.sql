select
    'plans_limits:' || id as limit_event_id,
    'plans_limits' as source,
    'stripe:' || account_id as billing_account_id,
    {{ snake_case('limit_name') }} as limit_name,
    event as event_kind,
    upper(currency) as currency,
    amount,
    occurred_at
from {{ source('plans_limits', 'events') }}
