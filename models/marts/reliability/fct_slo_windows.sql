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

summed as (
    select
        *,
        sum(good_count) over in_window as window_good_count,
        sum(total_count) over in_window as window_total_count,
        date_diff('day', min(day_on) over (partition by slo_id, plan_group), day_on) + 1 >= window_days as is_window_whole
    from days
    window in_window as (
        partition by slo_id, plan_group
        order by day_on
        range between to_days(window_days - 1) preceding and current row
    )
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
