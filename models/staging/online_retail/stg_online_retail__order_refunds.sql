select
    currency,
    refund_reason as reason,
    cast(null as varchar) as order_id,
    cast(-sum(line_amount) as decimal(18, 4)) as amount,
    'online_retail:' || invoice_no || ':' || refund_reason as order_refund_id,
    'online_retail:' || max(customer_number) as customer_id,
    min(country) as country,
    min(invoiced_at) as refunded_at
from {{ ref('stg_online_retail__invoice_lines') }}
where line_class = 'refund'
group by invoice_no, refund_reason, currency
