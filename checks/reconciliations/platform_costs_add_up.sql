-- Nothing of a month's bill is lost or doubled: its parts are the cloud bill, the ledger lines behind drivers and the support payroll.
-- A row here is a month whose two sides differ.
with

billed as (
    select
        period_on,
        cost_amount as amount
    from {{ ref('int_cloud_costs__rated') }}
    union all
    select
        lines.period_on,
        lines.amount
    from {{ ref('int_ledger_lines__categorised') }} as lines
    inner join {{ ref('cost_drivers') }} as drivers
        on
            lines.category = drivers.cost_name
            and drivers.cost_kind in ('ledger', 'support')
            and drivers.company = '{{ var("company") }}'
),

summed as (
    select
        billed.period_on,
        sum(billed.amount) as amount
    from billed
    inner join {{ ref('int_periods__spined') }} as periods
        on periods.clock = 'month' and billed.period_on = periods.period_on
    group by billed.period_on
),

told as (
    select
        period_on,
        sum(cost_amount) as amount
    from {{ ref('fct_platform_costs_monthly') }}
    group by period_on
)

select
    coalesce(summed.period_on, told.period_on) as period_on,
    summed.amount as billed_amount,
    told.amount as told_amount
from summed
full outer join told
    on summed.period_on = told.period_on
where coalesce(summed.amount, 0) <> coalesce(told.amount, 0)
