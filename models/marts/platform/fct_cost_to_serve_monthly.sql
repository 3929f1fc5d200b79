with parts as (
    select
        account_id,
        period_on,
        driver,
        max(unit) as unit,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount
    from {{ ref('int_driver_costs__split') }}
    where account_id is not null
    group by account_id, period_on, driver
    union all
    select
        support.account_id,
        support.period_on,
        drivers.driver,
        'minutes' as unit,
        cast(support.handling_second_count // 60 as decimal(18, 4)) as quantity,
        support.cost_amount
    from {{ ref('int_support_costs__monthly') }} as support
    inner join {{ ref('cost_drivers') }} as drivers
        on drivers.cost_kind = 'support' and drivers.company = '{{ var("company") }}'
    where support.account_id is not null
)

select
    parts.account_id || '|' || cast(parts.period_on as varchar) || '|' || parts.driver as account_month_id,
    parts.account_id,
    parts.period_on,
    parts.driver,
    parts.unit,
    parts.quantity,
    parts.cost_amount,
    coalesce(described.plan, 'none') as plan,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.country, 'unknown') as country
from parts
left join {{ ref('int_account_months__segmented') }} as described
    on parts.account_id = described.account_id and parts.period_on = described.period_on
