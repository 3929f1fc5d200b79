-- Each clock tells the same orders and the same first orders: the sums over its periods are those of the numbered orders.
-- A row here is a clock whose sums differ.
with

totalled_clocks as (
    {%- for clock in ['daily', 'weekly', 'monthly', 'quarterly'] %}
    {{ "union all" if not loop.first }}
    select
        '{{ clock }}' as clock,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(new_customer_count), 0) as customer_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        count(*) filter (where new_customer_count + returning_customer_count <> ordering_customer_count) as misfit_count
    from {{ ref('fct_customer_orders_' ~ clock) }}
    {%- endfor %}
),

totalled_orders as (
    select
        count(*) as order_count,
        count(distinct customer_id) as customer_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount
    from {{ ref('fct_orders') }}
    where customer_order_number is not null
)

select
    clocks.*,
    orders.order_count as expected_order_count,
    orders.customer_count as expected_customer_count,
    orders.revenue_amount as expected_revenue_amount
from totalled_clocks as clocks
cross join totalled_orders as orders
where
    clocks.order_count <> orders.order_count
    or clocks.customer_count <> orders.customer_count
    or clocks.revenue_amount <> orders.revenue_amount
    or clocks.misfit_count > 0
