with summed as (
    select
        segment_kind,
        segment,
        sum(ticket_count) as ticket_count,
        sum(active_account_count) as active_account_month_count
    from {{ ref('int_support_months__pointed') }}
    group by segment_kind, segment
)

select
    trends.segment_kind || '|' || trends.segment as trend_id,
    trends.segment_kind,
    trends.segment,
    trends.month_count,
    cast(summed.ticket_count as bigint) as ticket_count,
    cast(summed.active_account_month_count as bigint) as active_account_month_count,
    trends.slope_per_month,
    trends.slope_low,
    trends.slope_high,
    case
        when
            trends.month_count < {{ threshold('support_trend_minimum_months') }}
            or summed.ticket_count < {{ threshold('minimum_sample_size') }}
            or trends.slope_low is null
            then 'not_enough_data'
        when trends.slope_high < 0 then 'improving'
        when trends.slope_low > 0 then 'worsening'
        else 'flat'
    end as verdict
from {{ ref('int_support_months__trended') }} as trends
inner join summed
    on trends.segment_kind = summed.segment_kind and trends.segment = summed.segment
