select
    subtotal as subtotal_amount,
    cast(coalesce(discount_amount, 0) as decimal(18, 4)) as discount_amount,
    cast(coalesce(shipping, 0) as decimal(18, 4)) as shipping_amount,
    cast(coalesce(taxes, 0) as decimal(18, 4)) as tax_amount,
    total as total_amount,
    created_at as ordered_at,
    cancelled_at,
    'shop:' || id as order_id,
    'shop:' || customer_id as customer_id,
    case
        when financial_status = 'voided' or cancelled_at is not null then 'cancelled'
        when financial_status in ('pending', 'authorized') then 'pending'
        else financial_status
    end as status,
    upper(currency) as currency,
    upper(country) as country
from {{ source('shop', 'orders') }}
