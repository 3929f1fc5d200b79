{{ config(tags=['event_scale']) }}
with parts as (
    select
        account_id,
        used_on,
        period_on,
        driver,
        unit,
        quantity,
        cost_amount
    from {{ ref('int_driver_costs__split') }}
    where account_id is not null
    union all
    select
        support.account_id,
        support.handled_on as used_on,
        support.period_on,
        drivers.driver,
        'minutes' as unit,
        cast(support.handling_minute_count as decimal(18, 4)) as quantity,
        support.cost_amount
    from {{ ref('int_support_costs__daily') }} as support
    inner join {{ ref('cost_drivers') }} as drivers
        on drivers.cost_kind = 'support' and drivers.company = '{{ var("company") }}'
    where support.account_id is not null
)

select
    account_id || '|' || cast(used_on as varchar) || '|' || driver as account_day_id,
    account_id,
    used_on,
    period_on,
    driver,
    unit,
    quantity,
    cost_amount
from parts
