select
    concat_ws('|', segment_kind, segment) as sales_cycle_trend_id,
    segment_kind,
    segment,
    won_count,
    slope_days_per_month,
    slope_low,
    slope_high,
    case
        when won_count < {{ threshold('minimum_sample_size') }} or slope_low is null then 'not_enough_data'
        when slope_high < 0 then 'shorten'
        when slope_low > 0 then 'lengthen'
        else 'flat'
    end as reading
from {{ ref('int_sales_cycles__trended') }}
