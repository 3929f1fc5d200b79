with baselines as (
    select
        task,
        sum(minute_count) as baseline_minute_sum,
        count(*) as baseline_week_count
    from {{ ref('int_task_weeks__compared') }}
    where is_baseline
    group by task
)

select
    concat_ws('|', weeks.task, weeks.week_on) as task_week_id,
    weeks.task,
    weeks.week_on,
    weeks.is_automated,
    weeks.minute_count,
    -- A week by hand saves nothing; without weeks by hand there is nothing to have saved.
    cast(case
        when weeks.is_automated
            then {{ scale_amount('1', 'baselines.baseline_minute_sum', 'baselines.baseline_week_count') }} - weeks.minute_count
        when baselines.task is not null then 0
    end as decimal(18, 4)) as saved_minutes
from {{ ref('int_task_weeks__compared') }} as weeks
left join baselines
    on weeks.task = baselines.task
