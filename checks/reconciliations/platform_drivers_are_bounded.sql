-- Drivers with a material share of the last complete month's cost and no limit in any plan: whoever uses more costs more without end.
{{ config(severity='warn') }}
select
    period_on,
    driver,
    cost_amount,
    month_amount
from {{ ref('fct_driver_costs_monthly') }}
where
    is_unbounded
    -- Of the month that is last, not of the last in which a driver was unbounded.
    and period_on = (select max(months.period_on) from {{ ref('fct_driver_costs_monthly') }} as months where months.is_complete)
    and exists (select 1 from {{ ref('dim_plan_limits') }})
