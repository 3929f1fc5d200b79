select
    'webhooks:' || id as webhook_attempt_id,
    'webhooks' as source,
    'webhooks:' || delivery_id as delivery_id,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    attempt as attempt_number,
    status_code,
    attempted_at
from {{ source('webhooks', 'attempts') }}
