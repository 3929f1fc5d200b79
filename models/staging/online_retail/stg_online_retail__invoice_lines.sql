with

read_lines as (
    select
        *,
        upper(trim(stock_code)) as charge_code,
        regexp_full_match(invoice_no, '[0-9]+') as is_invoice,
        starts_with(invoice_no, 'C') as is_cancellation
    from {{ source('online_retail', 'transactions') }}
),

-- The order of the branches is the rule: what a line is not (money, goods) is settled before what it is.
classified_lines as (
    select
        *,
        case
            when starts_with(invoice_no, 'A') or unit_price < 0 then 'adjustment'
            when charge_code in ('AMAZONFEE', 'BANK CHARGES', 'CRUK') then 'fee'
            when charge_code = 'S' then 'sample'
            when unit_price = 0 and quantity > 0 then 'free_item'
            when unit_price = 0 then 'stock_write_off'
            when is_cancellation and quantity < 0 and charge_code in ('POST', 'DOT', 'C2') then 'shipping_refund'
            when is_cancellation and quantity < 0 then 'refund'
            when is_invoice and quantity > 0 and charge_code in ('POST', 'DOT', 'C2') then 'shipping'
            when is_invoice and quantity > 0 then 'sale'
            else 'unexplained'
        end as line_class
    from read_lines
),

marked_orders as (
    select
        *,
        bool_or(line_class = 'sale') over (partition by invoice_no) as has_sale
    from classified_lines
)

select
    invoice_no,
    charge_code as sku,
    country,
    cast(quantity as bigint) as quantity,
    cast(unit_price as decimal(18, 4)) as unit_amount,
    cast(quantity * unit_price as decimal(18, 4)) as line_amount,
    cast('GBP' as varchar) as currency,
    cast(invoice_date as timestamp) as invoiced_at,
    -- The export has no line number; landing has removed lines that agree in every column, so their hash is a key.
    md5(concat_ws(
        '|',
        invoice_no, stock_code, coalesce(description, ''), quantity, invoice_date, unit_price,
        coalesce(customer_id, ''), coalesce(country, '')
    )) as invoice_line_id,
    trim(description) as product_name,
    regexp_replace(customer_id, '\.0$', '') as customer_number,
    case when line_class = 'shipping' and not has_sale then 'shipping_alone' else line_class end as line_class,
    case
        when line_class <> 'refund' then null
        when charge_code = 'D' then 'discount'
        when charge_code = 'M' then 'manual'
        else 'cancellation'
    end as refund_reason
from marked_orders
