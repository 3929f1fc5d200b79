select
    'stripe:' || id as charge_id,
    'stripe:' || customer_id as account_id,
    'stripe:' || invoice_id as invoice_id,
    upper(currency) as currency,
    amount,
    status,
    failure_code,
    created as created_at
from {{ source('stripe', 'charges') }}
