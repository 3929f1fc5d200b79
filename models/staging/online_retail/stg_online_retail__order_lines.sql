select
    sku,
    product_name,
    quantity,
    currency,
    unit_amount,
    line_amount,
    cast(0 as decimal(18, 4)) as discount_amount,
    'online_retail:' || invoice_line_id as order_line_id,
    'online_retail:' || invoice_no as order_id
from {{ ref('stg_online_retail__invoice_lines') }}
where line_class = 'sale'
