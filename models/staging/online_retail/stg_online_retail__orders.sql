with

summed_invoices as (
    select
        invoice_no,
        currency,
        cast(sum(line_amount) filter (where line_class = 'sale') as decimal(18, 4)) as subtotal_amount,
        cast(coalesce(sum(line_amount) filter (where line_class = 'shipping'), 0) as decimal(18, 4)) as shipping_amount,
        max(customer_number) as customer_number,
        min(country) as country,
        min(invoiced_at) as ordered_at
    from {{ ref('stg_online_retail__invoice_lines') }}
    where line_class in ('sale', 'shipping')
    group by invoice_no, currency
)

select
    currency,
    subtotal_amount,
    shipping_amount,
    country,
    ordered_at,
    cast('paid' as varchar) as status,
    cast(0 as decimal(18, 4)) as discount_amount,
    cast(0 as decimal(18, 4)) as tax_amount,
    cast(subtotal_amount + shipping_amount as decimal(18, 4)) as total_amount,
    cast(null as timestamp) as cancelled_at,
    'online_retail:' || invoice_no as order_id,
    'online_retail:' || customer_number as customer_id
from summed_invoices
