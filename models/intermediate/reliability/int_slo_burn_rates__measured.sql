{{ config(tags=['event_scale']) }}
{%- set windows = var('burn_rate_windows_minutes') %}
with summed as (
    select
        slo_id,
        service,
        slo_name,
        plan_group,
        bucket_at + interval 5 minute as ends_at,
        {%- for minutes in windows %}
        sum(total_count - good_count) over (
            partition by slo_id, plan_group
            order by bucket_at
            range between interval {{ minutes - 5 }} minute preceding and current row
        ) as bad_{{ minutes }}_count,
        sum(total_count) over (
            partition by slo_id, plan_group
            order by bucket_at
            range between interval {{ minutes - 5 }} minute preceding and current row
        ) as total_{{ minutes }}_count,
        {%- endfor %}
        target_ratio,
        date_diff('minute', min(bucket_at) over (partition by slo_id, plan_group), bucket_at) + 5 as counted_minutes
    from {{ ref('int_slo_counts__bucketed') }}
)

select
    slo_id,
    service,
    slo_name,
    plan_group,
    ends_at,
    {%- for minutes in windows %}
    cast(bad_{{ minutes }}_count as bigint) as bad_{{ minutes }}_count,
    cast(total_{{ minutes }}_count as bigint) as total_{{ minutes }}_count,
    -- A window without events burns nothing.
    coalesce(
        cast(bad_{{ minutes }}_count as double)
        / nullif(cast((1 - target_ratio) * cast(total_{{ minutes }}_count as decimal(18, 0)) as double), 0),
        0
    ) as burn_rate_{{ minutes }}_ratio,
    {%- endfor %}
    target_ratio,
    counted_minutes
from summed
