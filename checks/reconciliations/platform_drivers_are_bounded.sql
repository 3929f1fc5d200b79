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
    and is_complete
    and exists (select 1 from {{ ref('dim_plan_limits') }})
qualify period_on = max(period_on) over ()
