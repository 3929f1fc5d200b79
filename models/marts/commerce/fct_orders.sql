with

summed_refunds as (
    select
        order_id,
        sum(refunded_amount) as refunded_amount
    from {{ ref('int_order_refunds__valued') }}
    where order_id is not null
    group by order_id
)

select
    orders.order_id,
    orders.customer_id,
    orders.ordered_on,
    orders.country,
    orders.currency,
    orders.is_cancelled,
    numbered.customer_order_number,
    orders.unit_count,
    orders.native_subtotal_amount,
    orders.native_shipping_amount,
    orders.revenue_amount,
    cast(coalesce(summed_refunds.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
    case
        when orders.customer_id is null then 'guest'
        else coalesce(numbered.acquisition_month, 'none')
    end as acquisition_month,
    orders.customer_id is null as is_guest,
    coalesce(numbered.customer_order_number = 1, false) as is_first_order,
    coalesce(numbered.customer_order_number > 1, false) as is_repeat_order
from {{ ref('int_orders__valued') }} as orders
left join {{ ref('int_orders__numbered') }} as numbered on orders.order_id = numbered.order_id
left join summed_refunds on orders.order_id = summed_refunds.order_id
