-- Complete weeks of each task beside the mean of the weeks by hand that came last before the automation.
with weeks as (
    select
        *,
        min(week_on) filter (where is_automated) over (partition by task) as first_automated_on
    from {{ ref('task_minutes') }}
    where week_on + 6 <= {{ as_of() }}
),

placed as (
    select
        *,
        not is_automated and (first_automated_on is null or week_on < first_automated_on) as is_before,
        row_number() over (
            partition by task, is_automated, first_automated_on is null or week_on < first_automated_on
            order by week_on desc
        ) as weeks_from_last
    from weeks
)

select
    task,
    week_on,
    minute_count,
    is_automated,
    first_automated_on,
    is_before and weeks_from_last <= {{ threshold('automation_weeks') }} as is_baseline,
    is_automated and weeks_from_last <= {{ threshold('automation_weeks') }} as is_recent
from placed
