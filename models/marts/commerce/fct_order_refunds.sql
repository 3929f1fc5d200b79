with

acquired_customers as (
    select
        customer_id,
        acquisition_month
    from {{ ref('int_orders__numbered') }}
    where customer_order_number = 1
)

select
    refunds.order_refund_id,
    refunds.order_id,
    refunds.customer_id,
    refunds.refunded_on,
    refunds.counted_on,
    refunds.country,
    refunds.currency,
    refunds.reason,
    refunds.is_of_cancelled_order,
    refunds.native_amount,
    refunds.refunded_amount,
    case
        when refunds.customer_id is null then 'guest'
        else coalesce(acquired_customers.acquisition_month, 'none')
    end as acquisition_month
from {{ ref('int_order_refunds__valued') }} as refunds
left join acquired_customers on refunds.customer_id = acquired_customers.customer_id
