select
    sku,
    title as product_name,
    quantity,
    price as unit_amount,
    cast(coalesce(discount, 0) as decimal(18, 4)) as discount_amount,
    cast(quantity * price - coalesce(discount, 0) as decimal(18, 4)) as line_amount,
    'shop:' || id as order_line_id,
    'shop:' || order_id as order_id,
    upper(currency) as currency
from {{ source('shop', 'order_lines') }}
