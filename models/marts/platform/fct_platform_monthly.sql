with costs as (
    select
        period_on,
        sum(cost_amount) as cost_amount,
        sum(case when cost_part = 'idle' then cost_amount else 0 end) as idle_amount,
        sum(case when cost_part = 'allocated' then cost_amount else 0 end) as allocated_amount,
        sum(case when cost_part = 'unallocated' then cost_amount else 0 end) as unallocated_amount
    from {{ ref('fct_platform_costs_monthly') }}
    group by period_on
),

billed as (
    select
        period_on,
        sum(cost_amount) as cloud_amount
    from {{ ref('int_cloud_costs__rated') }}
    group by period_on
),

active as (
    select
        period_on,
        count(*) as active_account_count
    from {{ ref('int_accounts__active_monthly') }}
    group by period_on
),

spread as (
    select
        period_on,
        count(*) as served_account_count,
        quantile_disc(cost_amount, 0.5) as median_amount,
        quantile_disc(cost_amount, 0.99) as p99_amount
    from {{ ref('fct_account_economics_monthly') }}
    where served_account_count = 1
    group by period_on
)

select
    costs.period_on,
    cast(costs.cost_amount as decimal(18, 4)) as cost_amount,
    cast(coalesce(billed.cloud_amount, 0) as decimal(18, 4)) as cloud_amount,
    cast(costs.idle_amount as decimal(18, 4)) as idle_amount,
    cast(costs.allocated_amount as decimal(18, 4)) as allocated_amount,
    cast(costs.unallocated_amount as decimal(18, 4)) as unallocated_amount,
    coalesce(active.active_account_count, 0) as active_account_count,
    coalesce(spread.served_account_count, 0) as served_account_count,
    spread.median_amount,
    spread.p99_amount,
    periods.is_complete
from costs
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and costs.period_on = periods.period_on
left join billed on costs.period_on = billed.period_on
left join active on costs.period_on = active.period_on
left join spread on costs.period_on = spread.period_on
