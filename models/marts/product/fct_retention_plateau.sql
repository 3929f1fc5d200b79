select
    concat_ws('|', segment_kind, segment) as plateau_id,
    segment_kind,
    segment,
    first_week,
    last_week,
    user_count,
    slope as slope_per_week,
    slope_low,
    slope_high,
    level as level_ratio,
    level_low,
    level_high,
    {{ threshold('retention_plateau_floor', 'double') }} as floor_ratio,
    case
        when user_count < {{ threshold('minimum_sample_size') }} or slope_low is null then 'not_enough_data'
        when slope_high < 0 then 'falling'
        when slope_low > 0 then 'rising'
        else 'flat'
    end as shape,
    case
        when user_count < {{ threshold('minimum_sample_size') }} or slope_low is null then 'not_enough_data'
        when slope_high >= 0 and level_low > {{ threshold('retention_plateau_floor', 'double') }} then 'pass'
        else 'fail'
    end as verdict
from {{ ref('int_retention_plateaus__estimated') }}
