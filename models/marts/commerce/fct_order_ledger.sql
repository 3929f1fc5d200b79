with

entered_orders as (
    select
        order_id as order_entry_id,
        'order' as entry_kind,
        ordered_on as counted_on,
        ordered_on as entered_on,
        customer_id,
        country,
        currency,
        acquisition_month,
        cast(not is_cancelled as bigint) as order_count,
        cast(is_guest and not is_cancelled as bigint) as guest_order_count,
        cast(is_repeat_order as bigint) as repeat_order_count,
        unit_count,
        revenue_amount,
        cast(0 as decimal(18, 4)) as refunded_amount
    from {{ ref('fct_orders') }}
),

entered_refunds as (
    select
        'refund' as entry_kind,
        counted_on,
        refunded_on as entered_on,
        customer_id,
        country,
        currency,
        acquisition_month,
        cast(0 as bigint) as order_count,
        cast(0 as bigint) as guest_order_count,
        cast(0 as bigint) as repeat_order_count,
        cast(0 as bigint) as unit_count,
        cast(0 as decimal(18, 4)) as revenue_amount,
        refunded_amount,
        order_refund_id || ':refund' as order_entry_id
    from {{ ref('fct_order_refunds') }}
)

select
    {{ contracted_columns() }}
from entered_orders
union all by name
select
    {{ contracted_columns() }}
from entered_refunds
