select
    'stripe:' || id as invoice_line_id,
    'stripe:' || invoice_id as invoice_id,
    'stripe:' || subscription_id as subscription_id,
    'stripe:' || subscription_item_id as subscription_item_id,
    'stripe:' || price_id as price_id,
    case type when 'subscription' then 'recurring' else 'one_off' end as kind,
    upper(currency) as currency,
    amount,
    quantity,
    coalesce(proration, false) as is_proration,
    period_start as period_started_at,
    period_end as period_ended_at,
    created as created_at
from {{ source('stripe', 'invoice_line_items') }}
