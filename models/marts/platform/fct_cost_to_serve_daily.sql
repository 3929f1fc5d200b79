{{ config(tags=['event_scale']) }}
select
    account_id || '|' || cast(used_on as varchar) || '|' || driver as account_day_id,
    account_id,
    used_on,
    period_on,
    driver,
    unit,
    quantity,
    cost_amount
from {{ ref('int_driver_costs__split') }}
where account_id is not null
