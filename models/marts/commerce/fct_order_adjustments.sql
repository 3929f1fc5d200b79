with

dated_adjustments as (
    select
        *,
        {{ local_date('adjusted_at') }} as adjusted_on
    from {{ ref('order_adjustments') }}
)

select
    adjustments.order_adjustment_id,
    adjustments.kind,
    adjustments.adjusted_on,
    adjustments.customer_id,
    adjustments.quantity,
    adjustments.currency,
    adjustments.amount as native_amount,
    cast(
        {{ scale_amount('adjustments.amount', 'currencies.rate_numerator', 'currencies.rate_denominator') }} as decimal(18, 4)
    ) as adjustment_amount
from dated_adjustments as adjustments
left join {{ ref('int_order_currencies__rated') }} as currencies on adjustments.currency = currencies.currency
where
    adjustments.adjusted_on <= {{ as_of() }}
    and not exists (
        select 1 from {{ ref('int_customers__excluded') }} as excluded
        where excluded.customer_id = adjustments.customer_id
    )
