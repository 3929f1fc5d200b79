{%- set hour = threshold('automation_hourly_cost', 'decimal(18, 4)') %}
with measured as (
    select
        task,
        min(first_automated_on) as first_automated_on,
        coalesce(sum(minute_count) filter (where is_baseline), 0) as before_minute_sum,
        count(*) filter (where is_baseline) as before_week_count,
        coalesce(sum(minute_count) filter (where is_after), 0) as after_minute_sum,
        count(*) filter (where is_after) as after_week_count
    from {{ ref('int_task_weeks__compared') }}
    group by task
),

-- The reference rate: what an automation costs is compared between tasks, not booked.
built as (
    select
        automations.task,
        min(automations.live_on) as live_on,
        count(*) as automation_count,
        sum(automations.built_minute_count) as built_minute_count,
        sum({{ scale_amount('automations.monthly_amount', 'rates.rate_numerator', 'rates.rate_denominator') }}) as monthly_amount
    from {{ ref('automations') }} as automations
    inner join {{ ref('int_currencies__rated') }} as rates
        on automations.currency = rates.currency
    where automations.live_on <= {{ as_of() }}
    group by automations.task
),

tasks as (
    select
        coalesce(measured.task, benchmarks.task) as task,
        measured.* exclude (task),
        benchmarks.requirement,
        benchmarks.hours_per_week as benchmark_hours
    from measured
    full join {{ ref('automation_benchmarks') }} as benchmarks
        on measured.task = benchmarks.task
    where exists (select 1 from {{ ref('task_minutes') }})
),

valued as (
    select
        tasks.*,
        built.live_on,
        coalesce(built.automation_count, 0) as automation_count,
        coalesce(built.built_minute_count, 0) as built_minute_count,
        coalesce(built.monthly_amount, 0) as monthly_amount,
        {{ scale_amount(hour, 'coalesce(built.built_minute_count, 0)', '60') }} as built_amount,
        -- A month has 30.4375 days.
        case when tasks.before_week_count > 0 and tasks.after_week_count > 0 then {{ scale_amount(
            hour,
            '((tasks.before_minute_sum * tasks.after_week_count - tasks.after_minute_sum * tasks.before_week_count) * 304375)',
            '(tasks.before_week_count * tasks.after_week_count * 7 * 60 * 10000)'
        ) }} end as monthly_saved_amount
    from tasks
    left join built
        on tasks.task = built.task
)

select
    task,
    {{ as_of() }} as observed_on,
    requirement,
    first_automated_on,
    live_on,
    automation_count,
    cast(coalesce(before_week_count, 0) as bigint) as before_week_count,
    cast(coalesce(after_week_count, 0) as bigint) as after_week_count,
    before_minute_sum / nullif(before_week_count, 0) as before_minutes,
    after_minute_sum / nullif(after_week_count, 0) as after_minutes,
    before_minute_sum / nullif(before_week_count, 0) / 60 as before_hours,
    after_minute_sum / nullif(after_week_count, 0) / 60 as after_hours,
    (before_minute_sum / nullif(before_week_count, 0) - after_minute_sum / nullif(after_week_count, 0)) / 60 as saved_hours,
    benchmark_hours,
    cast(built_minute_count as bigint) as built_minute_count,
    built_amount,
    cast(monthly_amount as decimal(18, 4)) as monthly_amount,
    monthly_saved_amount,
    case
        when automation_count > 0 and monthly_saved_amount > monthly_amount
            then cast(built_amount as double) / cast(monthly_saved_amount - monthly_amount as double)
    end as payback_months,
    case
        when before_week_count is null then 'not_measured'
        when automation_count = 0 and after_week_count = 0 then 'candidate'
        when monthly_saved_amount is null then 'not_enough_data'
        when monthly_saved_amount > monthly_amount then 'pays_back'
        else 'never_pays_back'
    end as verdict
from valued
