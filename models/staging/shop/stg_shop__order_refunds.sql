select
    cast(null as varchar) as customer_id,
    cast(null as varchar) as country,
    amount,
    reason,
    created_at as refunded_at,
    'shop:' || id as order_refund_id,
    'shop:' || order_id as order_id,
    upper(currency) as currency
from {{ source('shop', 'refunds') }}
