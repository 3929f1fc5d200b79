with days as (
    select
        slo_id,
        service,
        slo_name,
        plan_group,
        {{ local_date('bucket_at') }} as day_on,
        target_ratio,
        window_days,
        sum(good_count) as good_count,
        sum(total_count) as total_count
    from {{ ref('int_slo_counts__bucketed') }}
    group by all
),

spans as (
    select
        days.slo_id,
        days.plan_group,
        days.day_on,
        sum(earlier.good_count) as window_good_count,
        sum(earlier.total_count) as window_total_count
    from days
    inner join days as earlier
        on
            days.slo_id = earlier.slo_id
            and days.plan_group = earlier.plan_group
            and earlier.day_on between days.day_on - (days.window_days - 1) and days.day_on
    group by days.slo_id, days.plan_group, days.day_on
),

summed as (
    select
        days.*,
        spans.window_good_count,
        spans.window_total_count,
        date_diff('day', min(days.day_on) over (partition by days.slo_id, days.plan_group), days.day_on) + 1 >= days.window_days
            as is_window_whole
    from days
    inner join spans
        on
            days.slo_id = spans.slo_id
            and days.plan_group = spans.plan_group
            and days.day_on = spans.day_on
),

budgeted as (
    select
        *,
        window_total_count - window_good_count as window_bad_count,
        cast((1 - target_ratio) * cast(window_total_count as decimal(18, 0)) as decimal(24, 6)) as budget_count
    from summed
)

select
    concat_ws('|', slo_id, plan_group, day_on) as slo_window_id,
    slo_id,
    service,
    slo_name,
    plan_group,
    day_on,
    target_ratio,
    window_days,
    cast(good_count as bigint) as good_count,
    cast(total_count as bigint) as total_count,
    cast(window_good_count as bigint) as window_good_count,
    cast(window_total_count as bigint) as window_total_count,
    cast(window_bad_count as bigint) as window_bad_count,
    budget_count,
    cast(budget_count - cast(window_bad_count as decimal(18, 0)) as decimal(24, 6)) as budget_left_count,
    -- No events, no budget to spend: there is nothing to tell.
    1 - cast(window_bad_count as double) / nullif(cast(budget_count as double), 0) as budget_left_ratio,
    is_window_whole
from budgeted
