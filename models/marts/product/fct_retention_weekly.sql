{% set in_test -%}
cells.week_number between {{ threshold('retention_plateau_first_week') }} and {{ threshold('retention_plateau_last_week') }}
{%- endset %}
with sizes as (
    select
        cohort_week_on,
        last_complete_week,
        count(*) as cohort_user_count
    from {{ ref('int_user_weeks__retained') }}
    group by cohort_week_on, last_complete_week
),

-- Every week that has begun has a row, also one in which nobody came back.
cells as (
    select
        sizes.cohort_week_on,
        sizes.last_complete_week,
        sizes.cohort_user_count,
        cast(weeks.week_number as integer) as week_number
    from sizes
    cross join lateral unnest(generate_series(0, {{ threshold('retention_weeks_followed') }})) as weeks (week_number)
    where weeks.week_number <= sizes.last_complete_week + 1
),

active as (
    select
        cohort_week_on,
        unnest(active_weeks) as week_number
    from {{ ref('int_user_weeks__retained') }}
),

counted as (
    select
        cohort_week_on,
        week_number,
        count(*) as active_user_count
    from active
    group by cohort_week_on, week_number
)

select
    concat_ws('|', cells.cohort_week_on, cells.week_number) as retention_id,
    cells.cohort_week_on,
    cells.week_number,
    cells.cohort_week_on + cells.week_number * 7 as week_on,
    cells.cohort_user_count,
    coalesce(counted.active_user_count, 0) as active_user_count,
    coalesce(counted.active_user_count, 0) / cells.cohort_user_count as retained_ratio,
    case when {{ in_test }} then cells.cohort_user_count else 0 end as plateau_cohort_user_count,
    case when {{ in_test }} then coalesce(counted.active_user_count, 0) else 0 end as plateau_active_user_count,
    cells.week_number <= cells.last_complete_week as is_complete
from cells
left join counted
    on cells.cohort_week_on = counted.cohort_week_on and cells.week_number = counted.week_number
-- A week that begins on the day after the run's has not begun.
where cells.cohort_week_on + cells.week_number * 7 <= {{ as_of() }}
