-- The money of every landed line of online_retail, by currency, is exactly that of the published orders (goods and carriage), less
-- refunds, plus what is neither; and every line that is neither is published as a row of its own. For a company whose orders come from
-- elsewhere nothing is compared. A row here is a currency whose two sides differ.
with

landed_lines as (
    select
        landed.currency,
        sum(landed.line_amount) as amount,
        count(*) filter (where landed.line_class not in ('sale', 'shipping', 'refund')) as line_count
    from {{ ref('stg_online_retail__invoice_lines') }} as landed
    left join {{ ref('int_customers__excluded') }} as excluded
        on excluded.customer_id = 'online_retail:' || landed.customer_number
    where
        {{ 'online_retail' in (var('providers').get('orders') or []) }}
        and {{ local_date('landed.invoiced_at') }} <= {{ as_of() }}
        and excluded.customer_id is null
    group by landed.currency
),

published_entries as (
    select
        order_id as entry_id,
        currency,
        native_subtotal_amount + native_shipping_amount as amount,
        0 as line_count
    from {{ ref('fct_orders') }}
    union all
    select
        order_refund_id as entry_id,
        currency,
        -native_amount as amount,
        0 as line_count
    from {{ ref('fct_order_refunds') }}
    union all
    select
        order_adjustment_id as entry_id,
        currency,
        native_amount as amount,
        1 as line_count
    from {{ ref('fct_order_adjustments') }}
),

published_lines as (
    select
        currency,
        sum(amount) as amount,
        sum(line_count) as line_count
    from published_entries
    where starts_with(entry_id, 'online_retail:')
    group by currency
)

select
    landed.amount as landed_amount,
    published.amount as published_amount,
    landed.line_count as landed_line_count,
    published.line_count as published_line_count,
    coalesce(landed.currency, published.currency) as currency
from landed_lines as landed
full outer join published_lines as published on landed.currency = published.currency
where landed.amount is distinct from published.amount or landed.line_count is distinct from published.line_count
