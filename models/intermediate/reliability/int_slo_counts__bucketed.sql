-- Every five minutes of an objective has a row, also those without events: an alert clears there too.
{{ config(tags=['event_scale']) }}
with grouped as (
    select
        slo_id,
        plan_group,
        time_bucket(interval '5 minutes', bucket_at) as bucket_at,
        sum(good_count) as good_count,
        sum(total_count) as total_count
    from {{ ref('slo_counts') }}
    where {{ local_date('bucket_at') }} <= {{ as_of() }}
    group by slo_id, plan_group, time_bucket(interval '5 minutes', bucket_at)
),

counted as (
    select * from grouped
    union all
    select
        slo_id,
        'all' as plan_group,
        bucket_at,
        sum(good_count) as good_count,
        sum(total_count) as total_count
    from grouped
    group by slo_id, bucket_at
),

spans as (
    select
        slo_id,
        min(bucket_at) as first_at,
        max(bucket_at) as last_at
    from counted
    group by slo_id
),

groups as (
    select distinct
        slo_id,
        plan_group
    from counted
),

spined as (
    select
        groups.slo_id,
        groups.plan_group,
        unnest(generate_series(spans.first_at, spans.last_at, interval '5 minutes')) as bucket_at
    from groups
    inner join spans
        on groups.slo_id = spans.slo_id
)

select
    spined.slo_id,
    objectives.service,
    objectives.slo_name,
    spined.plan_group,
    spined.bucket_at,
    objectives.target_ratio,
    objectives.window_days,
    cast(coalesce(counted.good_count, 0) as bigint) as good_count,
    cast(coalesce(counted.total_count, 0) as bigint) as total_count
from spined
inner join {{ ref('slo_objectives') }} as objectives
    on spined.slo_id = objectives.slo_id
left join counted
    on
        spined.slo_id = counted.slo_id
        and spined.plan_group = counted.plan_group
        and spined.bucket_at = counted.bucket_at
