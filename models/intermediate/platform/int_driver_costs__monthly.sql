-- A driver may stand on several costs; what it was used, all accounts together, is what they are divided by.
with costs as (
    select
        period_on,
        driver,
        cost_amount
    from {{ ref('int_cloud_costs__rated') }}
    where driver is not null
    union all
    select
        lines.period_on,
        drivers.driver,
        lines.amount as cost_amount
    from {{ ref('int_ledger_lines__categorised') }} as lines
    inner join {{ ref('cost_drivers') }} as drivers
        on
            lines.category = drivers.cost_name
            and drivers.cost_kind = 'ledger'
            and drivers.company = '{{ var("company") }}'
    union all
    select
        support.period_on,
        drivers.driver,
        support.cost_amount
    from {{ ref('int_support_costs__monthly') }} as support
    inner join {{ ref('cost_drivers') }} as drivers
        on drivers.cost_kind = 'support' and drivers.company = '{{ var("company") }}'
),

summed as (
    select
        period_on,
        driver,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount
    from costs
    group by period_on, driver
),

used as (
    select
        period_on,
        driver,
        max(unit) as unit,
        cast(sum(quantity) as decimal(18, 4)) as quantity
    from {{ ref('int_usage__accounted') }}
    group by period_on, driver
    union all
    select
        support.period_on,
        drivers.driver,
        'minutes' as unit,
        cast(sum(support.handling_second_count) // 60 as decimal(18, 4)) as quantity
    from {{ ref('int_support_costs__monthly') }} as support
    inner join {{ ref('cost_drivers') }} as drivers
        on drivers.cost_kind = 'support' and drivers.company = '{{ var("company") }}'
    group by support.period_on, drivers.driver
)

select
    period_on,
    driver,
    used.unit,
    coalesce(used.quantity, 0) as quantity,
    coalesce(summed.cost_amount, 0) as cost_amount
from summed
full outer join used using (period_on, driver)
