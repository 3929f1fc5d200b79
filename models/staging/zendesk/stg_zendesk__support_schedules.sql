-- Zendesk counts the minutes of a week from Sunday 00:00; an interval stays inside its day, so that one that ends with it ends at 1440.
select
    'zendesk:' || schedule_id as schedule_id,
    'zendesk' as source,
    valid_from as valid_from_on,
    time_zone,
    case interval_start // 1440 when 0 then 7 else interval_start // 1440 end as weekday,
    interval_start % 1440 as opens_minute,
    interval_end - 1440 * (interval_start // 1440) as closes_minute
from {{ source('zendesk', 'schedules') }}
