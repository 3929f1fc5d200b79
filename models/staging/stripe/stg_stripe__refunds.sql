select
    'stripe:' || id as refund_id,
    'stripe:' || charge_id as charge_id,
    upper(currency) as currency,
    amount,
    status,
    reason,
    created as created_at
from {{ source('stripe', 'refunds') }}
