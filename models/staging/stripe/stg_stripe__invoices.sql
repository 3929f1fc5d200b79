select
    'stripe:' || id as invoice_id,
    'stripe:' || customer_id as account_id,
    'stripe:' || subscription_id as subscription_id,
    status,
    upper(currency) as currency,
    coalesce(subtotal, 0) as subtotal_amount,
    coalesce(tax, 0) as tax_amount,
    coalesce(total, 0) as total_amount,
    coalesce(amount_due, 0) as due_amount,
    coalesce(amount_paid, 0) as paid_amount,
    coalesce(attempt_count, 0) as attempt_count,
    created as created_at,
    paid_at
from {{ source('stripe', 'invoices') }}
