with labour as (
    select
        period_on,
        'hidden_labour' as alert,
        minute_elasticity_ratio as value,
        cast(null as double) as value_low,
        cast(null as double) as value_high,
        cast(null as double) as other_value_low,
        cast(null as double) as other_value_high,
        elastic_month_count as month_count,
        0 as pending_count,
        case
            when elastic_month_count >= {{ threshold('hidden_labour_months') }} then 'firing'
            when minute_elasticity_ratio is null then 'not_enough_data'
            else 'quiet'
        end as verdict
    from {{ ref('fct_manual_monthly') }}
    where is_complete
),

operation as (
    select
        period_on,
        'harder_to_operate' as alert,
        ticket_slope as value,
        ticket_slope_low as value_low,
        ticket_slope_high as value_high,
        activation_slope_low as other_value_low,
        activation_slope_high as other_value_high,
        ticket_month_count as month_count,
        immature_user_count as pending_count,
        case
            when ticket_slope_low is null or activation_slope_low is null then 'not_enough_data'
            when ticket_slope_low > 0 and activation_slope_low <= 0 then 'firing'
            else 'quiet'
        end as verdict
    from {{ ref('int_operations_trends__sloped') }}
),

alerts as (
    select * from labour
    union all
    select * from operation
)

select
    concat_ws('|', alert, period_on) as operations_alert_id,
    period_on,
    alert,
    verdict,
    value,
    value_low,
    value_high,
    other_value_low,
    other_value_high,
    cast(month_count as integer) as month_count,
    cast(verdict = 'firing' as integer) as firing_count,
    cast(verdict <> 'not_enough_data' as integer) as judged_count,
    cast(pending_count as bigint) as pending_count
from alerts
