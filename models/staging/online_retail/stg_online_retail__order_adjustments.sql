select
    line_class as kind,
    country,
    quantity,
    currency,
    line_amount as amount,
    invoiced_at as adjusted_at,
    'online_retail:' || invoice_line_id as order_adjustment_id,
    'online_retail:' || customer_number as customer_id
from {{ ref('stg_online_retail__invoice_lines') }}
where line_class not in ('sale', 'shipping', 'refund')
