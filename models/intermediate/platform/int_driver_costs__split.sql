-- In order of the account, so that its month is one difference of two marks: off by half the smallest unit at most, however many days.
{{ config(tags=['event_scale']) }}
with lined_up as (
    select
        usage.*,
        months.cost_amount as month_amount,
        months.quantity as month_quantity,
        sum(usage.quantity) over (
            partition by usage.period_on, usage.driver order by usage.billing_account_id, usage.used_on
            rows between unbounded preceding and current row
        ) - usage.quantity as quantity_before
    from {{ ref('int_usage__accounted') }} as usage
    inner join {{ ref('int_driver_costs__monthly') }} as months
        on usage.period_on = months.period_on and usage.driver = months.driver
)

select
    billing_account_id,
    account_id,
    used_on,
    period_on,
    driver,
    unit,
    quantity,
    {{ split_amount('month_amount', 'quantity_before', 'quantity', 'month_quantity') }} as cost_amount
from lined_up
