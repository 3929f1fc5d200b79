with

-- An order that no export has, or that lies after the run's day, is as good as unnamed.
attributed_refunds as (
    select
        refunds.order_refund_id,
        orders.order_id,
        coalesce(orders.customer_id, refunds.customer_id) as customer_id,
        {{ local_date('refunds.refunded_at') }} as refunded_on,
        orders.ordered_on,
        coalesce(orders.country, countries.country_code, 'ZZ') as country,
        refunds.currency,
        refunds.amount as native_amount,
        refunds.reason,
        coalesce(orders.is_cancelled, false) as is_of_cancelled_order
    from {{ ref('order_refunds') }} as refunds
    left join {{ ref('int_orders__valued') }} as orders on refunds.order_id = orders.order_id
    left join {{ ref('orders') }} as named_orders on refunds.order_id = named_orders.order_id
    left join {{ ref('int_order_countries__coded') }} as countries on refunds.country = countries.country
    where not exists (
            select 1 from {{ ref('int_customers__excluded') }} as excluded
            where excluded.customer_id = coalesce(named_orders.customer_id, refunds.customer_id)
        )
)

select
    refunds.order_refund_id,
    refunds.order_id,
    refunds.customer_id,
    refunds.refunded_on,
    coalesce(refunds.ordered_on, refunds.refunded_on) as counted_on,
    refunds.country,
    refunds.currency,
    refunds.reason,
    refunds.is_of_cancelled_order,
    refunds.native_amount,
    cast(
        case
            when refunds.is_of_cancelled_order then 0
            else {{ scale_amount('refunds.native_amount', 'currencies.rate_numerator', 'currencies.rate_denominator') }}
        end as decimal(18, 4)
    ) as refunded_amount
from attributed_refunds as refunds
left join {{ ref('int_order_currencies__rated') }} as currencies on refunds.currency = currencies.currency
where refunds.refunded_on <= {{ as_of() }}
