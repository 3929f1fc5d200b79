select
    'stripe:' || id as subscription_id,
    'stripe:' || customer_id as account_id,
    created as created_at,
    trial_start as trial_started_at,
    trial_end as trial_ended_at
from {{ source('stripe', 'subscriptions') }}
