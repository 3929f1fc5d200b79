with

gathered_customers as (
    select
        customer_id,
        country,
        {{ local_date('created_at') }} as created_on
    from {{ ref('customers') }} as profiles
    where not exists (
            select 1 from {{ ref('int_customers__excluded') }} as excluded
            where excluded.customer_id = profiles.customer_id
        )
),

summed_orders as (
    select
        customer_id,
        min(ordered_on) filter (where not is_cancelled) as first_ordered_on,
        max(ordered_on) filter (where not is_cancelled) as last_ordered_on,
        arg_max(country, (ordered_on, order_id)) as country,
        count(*) filter (where not is_cancelled) as order_count,
        sum(revenue_amount) as revenue_amount
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id
),

summed_refunds as (
    select
        customer_id,
        sum(refunded_amount) as refunded_amount
    from {{ ref('fct_order_refunds') }}
    where customer_id is not null
    group by customer_id
),

-- Customers of orders and refunds belong here even when the customer export lacks them.
listed_customers as (
    select customer_id
    from gathered_customers
    where created_on <= {{ as_of() }}
    union
    select customer_id from summed_orders
    union
    select customer_id from summed_refunds
)

select
    listed.customer_id,
    gathered.created_on,
    orders.first_ordered_on,
    orders.last_ordered_on,
    cast(coalesce(orders.order_count, 0) as bigint) as order_count,
    cast(coalesce(orders.revenue_amount, 0) as decimal(18, 4)) as revenue_amount,
    cast(coalesce(refunds.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
    coalesce(orders.country, countries.country_code, 'ZZ') as country,
    coalesce(strftime(orders.first_ordered_on, '%Y-%m'), 'none') as acquisition_month,
    coalesce(orders.order_count >= 2, false) as is_repeat_customer
from listed_customers as listed
left join gathered_customers as gathered on listed.customer_id = gathered.customer_id
left join summed_orders as orders on listed.customer_id = orders.customer_id
left join summed_refunds as refunds on listed.customer_id = refunds.customer_id
left join {{ ref('int_order_countries__coded') }} as countries on gathered.country = countries.country
