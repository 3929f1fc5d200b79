-- The median and the 99th percentile are amounts of accounts, never between two: the same on every machine.
with accounts as (
    select
        period_on,
        driver,
        count(*) as account_count,
        cast(sum(cost_amount) as decimal(18, 4)) as allocated_amount,
        quantile_disc(cost_amount, 0.5) as median_amount,
        quantile_disc(cost_amount, 0.99) as p99_amount
    from {{ ref('fct_cost_to_serve_monthly') }}
    group by period_on, driver
),

bounded as (
    select distinct
        periods.period_on,
        limits.driver
    from {{ ref('dim_plan_limits') }} as limits
    inner join {{ ref('int_periods__spined') }} as periods
        on
            periods.clock = 'month'
            and limits.valid_from_on <= periods.closing_on
            and periods.closing_on < limits.valid_to_on
    where limits.is_bounded and limits.driver is not null
),

weighed as (
    select
        months.*,
        sum(months.cost_amount) over (partition by months.period_on) as month_amount
    from {{ ref('int_driver_costs__monthly') }} as months
)

select
    cast(weighed.period_on as varchar) || '|' || weighed.driver as driver_month_id,
    weighed.period_on,
    weighed.driver,
    weighed.unit,
    weighed.quantity,
    weighed.cost_amount,
    coalesce(accounts.allocated_amount, 0) as allocated_amount,
    cast(weighed.cost_amount - coalesce(accounts.allocated_amount, 0) as decimal(18, 4)) as unallocated_amount,
    -- A unit costs fractions of the smallest unit of money: ten decimals.
    cast(case
        when weighed.quantity > 0
            then {{ scale_amount('weighed.cost_amount', '10000000000', 'weighed.quantity * 10000') }} * cast(0.000001 as decimal(6, 6))
    end as decimal(28, 10)) as unit_cost,
    coalesce(accounts.account_count, 0) as account_count,
    accounts.median_amount,
    accounts.p99_amount,
    cast(weighed.month_amount as decimal(18, 4)) as month_amount,
    bounded.driver is not null as has_limit,
    coalesce(
        weighed.cost_amount > 0
        and weighed.cost_amount >= {{ threshold('material_cost_driver_from', 'decimal(9, 4)') }} * weighed.month_amount
        and bounded.driver is null,
        false
    ) as is_unbounded,
    periods.is_complete
from weighed
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and weighed.period_on = periods.period_on
left join accounts
    on weighed.period_on = accounts.period_on and weighed.driver = accounts.driver
left join bounded
    on weighed.period_on = bounded.period_on and weighed.driver = bounded.driver
