{%- set days_per_month = '30.4375' -%}
-- Orders of one day are one purchase: the model knows no two at the same moment.
with purchases as (
    select
        numbered.customer_id,
        numbered.ordered_on,
        sum(orders.revenue_amount) as purchase_amount
    from {{ ref('int_orders__numbered') }} as numbered
    inner join {{ ref('int_orders__valued') }} as orders on numbered.order_id = orders.order_id
    group by numbered.customer_id, numbered.ordered_on
),

quarters as (
    select
        period_on,
        period_ends_on
    from {{ ref('int_periods__spined') }}
    where clock = 'quarter' and is_complete
),

known as (
    select
        quarters.period_on,
        quarters.period_ends_on,
        purchases.customer_id,
        purchases.ordered_on,
        purchases.purchase_amount,
        min(purchases.ordered_on) over (partition by quarters.period_on, purchases.customer_id) as first_ordered_on
    from quarters
    inner join purchases on purchases.ordered_on <= quarters.period_ends_on
)

select
    period_on,
    customer_id,
    first_ordered_on,
    first_ordered_on >= period_on as is_new,
    count(*) - 1 as repeat_count,
    date_diff('day', first_ordered_on, max(ordered_on)) / {{ days_per_month }} as last_repeat_months,
    date_diff('day', first_ordered_on, period_ends_on) / {{ days_per_month }} as observed_months,
    cast(sum(purchase_amount) filter (where ordered_on = first_ordered_on) as decimal(18, 4)) as first_purchase_amount,
    coalesce(cast(avg(purchase_amount) filter (where ordered_on > first_ordered_on) as double), 0) as mean_repeat_value
from known
group by period_on, period_ends_on, customer_id, first_ordered_on
