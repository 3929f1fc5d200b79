-- What a driver cost and no account is told to have used is its unallocated part.
with served as (
    select
        period_on,
        driver,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_cost_to_serve_monthly') }}
    group by period_on, driver
),

parts as (
    select
        period_on,
        'allocated' as cost_part,
        driver as cost_name,
        cost_amount
    from served
    union all
    select
        months.period_on,
        'unallocated' as cost_part,
        months.driver as cost_name,
        months.cost_amount - coalesce(served.cost_amount, 0) as cost_amount
    from {{ ref('int_driver_costs__monthly') }} as months
    left join served
        on months.period_on = served.period_on and months.driver = served.driver
    union all
    select
        period_on,
        case cost_part when 'idle' then 'idle' else 'unallocated' end as cost_part,
        case cost_part when 'idle' then service_name when 'unmapped' then service_name else cost_part end as cost_name,
        cost_amount
    from {{ ref('int_cloud_costs__rated') }}
    where cost_part <> 'driver'
)

select
    cast(parts.period_on as varchar) || '|' || parts.cost_part || '|' || parts.cost_name as cost_id,
    parts.period_on,
    parts.cost_part,
    parts.cost_name,
    cast(sum(parts.cost_amount) as decimal(18, 4)) as cost_amount,
    bool_and(periods.is_complete) as is_complete
from parts
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and parts.period_on = periods.period_on
group by parts.period_on, parts.cost_part, parts.cost_name
having sum(parts.cost_amount) <> 0
