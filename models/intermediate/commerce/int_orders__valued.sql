with

counted_units as (
    select
        order_id,
        sum(quantity) as unit_count
    from {{ ref('order_lines') }}
    group by order_id
),

dated_orders as (
    select
        *,
        {{ local_date('ordered_at') }} as ordered_on,
        {{ local_date('cancelled_at') }} as cancelled_on
    from {{ ref('orders') }}
),

-- A day in the past sees the orders and cancellations of its own time only.
known_orders as (
    select
        *,
        coalesce(cancelled_on <= {{ as_of() }}, status = 'cancelled') as is_cancelled
    from dated_orders
    where
        ordered_on <= {{ as_of() }}
        and not exists (
            select 1 from {{ ref('int_customers__excluded') }} as excluded
            where excluded.customer_id = dated_orders.customer_id
        )
)

select
    known_orders.order_id,
    known_orders.customer_id,
    known_orders.ordered_at,
    known_orders.ordered_on,
    coalesce(countries.country_code, 'ZZ') as country,
    known_orders.currency,
    known_orders.is_cancelled,
    known_orders.subtotal_amount as native_subtotal_amount,
    known_orders.shipping_amount as native_shipping_amount,
    cast(
        case
            when known_orders.is_cancelled then 0
            else {{ scale_amount('known_orders.subtotal_amount', 'currencies.rate_numerator', 'currencies.rate_denominator') }}
        end as decimal(18, 4)
    ) as revenue_amount,
    cast(case when known_orders.is_cancelled then 0 else coalesce(counted_units.unit_count, 0) end as bigint) as unit_count
from known_orders
left join {{ ref('int_order_currencies__rated') }} as currencies on known_orders.currency = currencies.currency
left join {{ ref('int_order_countries__coded') }} as countries on known_orders.country = countries.country
left join counted_units on known_orders.order_id = counted_units.order_id
