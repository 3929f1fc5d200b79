with days as (
    select
        days.*,
        runs.starts_on as company_starts_on,
        runs.as_of_on
    from {{ ref('days') }} as days
    inner join {{ ref('runs') }} as runs
        on days.day_on between runs.starts_on and runs.as_of_on
),

named as (
    select distinct
        'day' as clock,
        day_on as period_on,
        day_on as starts_on,
        day_on as period_ends_on,
        as_of_on
    from days
    union all
    select distinct
        'week' as clock,
        week_on as period_on,
        week_on as starts_on,
        cast(week_on + interval 6 day as date) as period_ends_on,
        as_of_on
    from days
    union all
    select distinct
        'month' as clock,
        month_on as period_on,
        month_on as starts_on,
        last_day(month_on) as period_ends_on,
        as_of_on
    from days
    union all
    select distinct
        'quarter' as clock,
        quarter_on as period_on,
        quarter_on as starts_on,
        cast(quarter_on + interval 3 month - interval 1 day as date) as period_ends_on,
        as_of_on
    from days
    union all
    -- Twelve months that end with this one; the company must have been there for all of them.
    select distinct
        'trailing_12m' as clock,
        month_on as period_on,
        cast(month_on - interval 11 month as date) as starts_on,
        last_day(month_on) as period_ends_on,
        as_of_on
    from days
    where month_on - interval 11 month >= date_trunc('month', company_starts_on)
)

select
    clock,
    period_on,
    starts_on,
    period_ends_on,
    cast(starts_on - interval 1 day as date) as opening_on,
    -- A running period is valued at the run's day.
    least(period_ends_on, as_of_on) as closing_on,
    period_ends_on <= as_of_on as is_complete
from named
