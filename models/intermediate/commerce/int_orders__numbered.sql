with

numbered_orders as (
    select
        order_id,
        customer_id,
        ordered_on,
        row_number() over (partition by customer_id order by ordered_at, order_id) as customer_order_number,
        min(ordered_on) over (partition by customer_id) as first_ordered_on
    from {{ ref('int_orders__valued') }}
    where customer_id is not null and not is_cancelled
)

select
    order_id,
    customer_id,
    ordered_on,
    customer_order_number,
    first_ordered_on,
    strftime(first_ordered_on, '%Y-%m') as acquisition_month
from numbered_orders
