-- For each source, what staging holds up to the run's day, less excluded customers, is what is published: as many orders and refunds,
-- and the same native money. A row here is a source, kind and currency whose two sides differ.
with

staged_entries as (
    {%- for source in var('providers').get('orders') or [] %}
    select
        '{{ source }}' as source_name,
        'order' as entry_kind,
        orders.currency,
        orders.subtotal_amount as amount
    from {{ ref('stg_' ~ source ~ '__orders') }} as orders
    left join {{ ref('int_customers__excluded') }} as excluded on orders.customer_id = excluded.customer_id
    where {{ local_date('orders.ordered_at') }} <= {{ as_of() }} and excluded.customer_id is null
    union all
    {%- endfor %}
    {%- for source in var('providers').get('order_refunds') or [] %}
    select
        '{{ source }}' as source_name,
        'refund' as entry_kind,
        refunds.currency,
        refunds.amount
    from {{ ref('stg_' ~ source ~ '__order_refunds') }} as refunds
    left join {{ ref('orders') }} as orders on refunds.order_id = orders.order_id
    left join {{ ref('int_customers__excluded') }} as excluded
        on coalesce(orders.customer_id, refunds.customer_id) = excluded.customer_id
    where {{ local_date('refunds.refunded_at') }} <= {{ as_of() }} and excluded.customer_id is null
    union all
    {%- endfor %}
    select
        null as source_name,
        null as entry_kind,
        null as currency,
        0 as amount
    where false
),

published_entries as (
    select
        split_part(order_id, ':', 1) as source_name,
        'order' as entry_kind,
        currency,
        native_subtotal_amount as amount
    from {{ ref('fct_orders') }}
    union all
    select
        split_part(order_refund_id, ':', 1) as source_name,
        'refund' as entry_kind,
        currency,
        native_amount as amount
    from {{ ref('fct_order_refunds') }}
),

staged_sums as (
    select
        source_name,
        entry_kind,
        currency,
        count(*) as row_count,
        sum(amount) as amount
    from staged_entries
    group by source_name, entry_kind, currency
),

published_sums as (
    select
        source_name,
        entry_kind,
        currency,
        count(*) as row_count,
        sum(amount) as amount
    from published_entries
    group by source_name, entry_kind, currency
)

select
    staged.row_count as staged_row_count,
    published.row_count as published_row_count,
    staged.amount as staged_amount,
    published.amount as published_amount,
    coalesce(staged.source_name, published.source_name) as source_name,
    coalesce(staged.entry_kind, published.entry_kind) as entry_kind,
    coalesce(staged.currency, published.currency) as currency
from staged_sums as staged
full outer join published_sums as published
    on
        staged.source_name = published.source_name
        and staged.entry_kind = published.entry_kind
        and staged.currency = published.currency
where staged.row_count is distinct from published.row_count or staged.amount is distinct from published.amount
