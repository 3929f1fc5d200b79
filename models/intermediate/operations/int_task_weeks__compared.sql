-- A week by hand after the automation began, as in an outage of it, is neither before nor after.
with weeks as (
    select
        *,
        min(week_on) filter (where is_automated) over (partition by task) as first_automated_on
    from {{ ref('task_minutes') }}
    where week_on + 6 <= {{ as_of() }}
)

select
    task,
    week_on,
    minute_count,
    is_automated,
    first_automated_on,
    first_automated_on is null or week_on < first_automated_on as is_baseline,
    is_automated as is_after
from weeks
