with

listed_clocks as (
    select unnest(['day', 'week', 'month', 'quarter']) as period_grain
),

totalled_orders as (
    select
        clocks.period_grain,
        cast(date_trunc(clocks.period_grain, numbered.ordered_on) as date) as period_on,
        numbered.customer_id,
        min(numbered.acquisition_month) as acquisition_month,
        min(numbered.first_ordered_on) as first_ordered_on,
        -- Where a customer orders to two countries or in two currencies, the latest order of the period speaks for the customer.
        arg_max(orders.country, numbered.customer_order_number) as country,
        arg_max(orders.currency, numbered.customer_order_number) as currency,
        count(*) as order_count,
        max(numbered.customer_order_number) as orders_to_date_count,
        sum(orders.revenue_amount) as revenue_amount
    from {{ ref('int_orders__numbered') }} as numbered
    inner join {{ ref('int_orders__valued') }} as orders on numbered.order_id = orders.order_id
    cross join listed_clocks as clocks
    group by clocks.period_grain, period_on, numbered.customer_id
),

bounded_periods as (
    select
        *,
        cast(
            period_on + case period_grain
                when 'day' then interval 1 day
                when 'week' then interval 7 day
                when 'month' then interval 1 month
                else interval 3 month
            end - interval 1 day as date
        ) as period_ends_on
    from totalled_orders
)

select
    customer_id || '|' || period_on as customer_period_id,
    period_grain,
    period_on,
    period_ends_on,
    customer_id,
    country,
    currency,
    acquisition_month,
    order_count,
    orders_to_date_count,
    cast(revenue_amount as decimal(18, 4)) as revenue_amount,
    cast(1 as bigint) as ordering_customer_count,
    cast(orders_to_date_count >= 2 as bigint) as repeat_customer_count,
    cast(first_ordered_on >= period_on as bigint) as new_customer_count,
    cast(first_ordered_on < period_on as bigint) as returning_customer_count,
    period_ends_on <= {{ as_of() }} as is_complete
from bounded_periods
