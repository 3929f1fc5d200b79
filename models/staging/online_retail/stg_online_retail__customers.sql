select
    'online_retail:' || customer_number as customer_id,
    arg_max(country, (invoiced_at, invoice_no, country)) as country,
    min(invoiced_at) as created_at
from {{ ref('stg_online_retail__invoice_lines') }}
where customer_number is not null
group by customer_number
