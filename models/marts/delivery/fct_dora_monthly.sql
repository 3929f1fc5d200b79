with months as (
    select
        period_on,
        closing_on,
        is_complete
    from {{ ref('int_periods__spined') }}
    where clock = 'month'
),

counted_deployments as (
    select
        date_trunc('month', deployed_on) as period_on,
        count(*) as deployment_count,
        count(*) filter (where is_failed) as failed_deployment_count,
        sum(judged_count) as judged_deployment_count,
        sum(failed_count) as judged_failed_count
    from {{ ref('fct_deployments') }}
    group by date_trunc('month', deployed_on)
),

timed_changes as (
    select
        date_trunc('month', deployed_on) as period_on,
        count(*) as released_pull_request_count,
        median(lead_minutes) as median_lead_minutes,
        quantile_cont(lead_minutes, 0.9) as p90_lead_minutes
    from {{ ref('fct_pull_requests') }}
    where lead_minutes is not null
    group by date_trunc('month', deployed_on)
),

timed_restores as (
    select
        date_trunc('month', started_on) as period_on,
        sum(restored_count) as restored_count,
        sum(open_count) as unrestored_count,
        median(restore_minutes) as median_restore_minutes,
        quantile_cont(restore_minutes, 0.9) as p90_restore_minutes
    from {{ ref('fct_restores') }}
    group by date_trunc('month', started_on)
),

measured as (
    select
        months.period_on,
        cast(months.closing_on - months.period_on + 1 as integer) as day_count,
        cast(coalesce(deployments.deployment_count, 0) as integer) as deployment_count,
        cast(coalesce(deployments.failed_deployment_count, 0) as integer) as failed_deployment_count,
        cast(coalesce(deployments.judged_deployment_count, 0) as integer) as judged_deployment_count,
        cast(coalesce(deployments.judged_failed_count, 0) as integer) as judged_failed_count,
        cast(coalesce(changes.released_pull_request_count, 0) as integer) as released_pull_request_count,
        changes.median_lead_minutes,
        changes.p90_lead_minutes,
        cast(coalesce(restores.restored_count, 0) as integer) as restored_count,
        restores.median_restore_minutes,
        restores.p90_restore_minutes,
        months.is_complete
        and coalesce(deployments.deployment_count = deployments.judged_deployment_count, true)
        and coalesce(restores.unrestored_count, 0) = 0 as is_complete
    from months
    left join counted_deployments as deployments on months.period_on = deployments.period_on
    left join timed_changes as changes on months.period_on = changes.period_on
    left join timed_restores as restores on months.period_on = restores.period_on
    -- A company whose pipeline tells nothing has no months rather than months of nothing.
    where exists (select 1 from {{ ref('fct_deployments') }})
),

listed_values as (
    select
        period_on,
        unnest(['deployment_frequency', 'lead_time', 'change_failure_rate', 'restore_time']) as metric,
        unnest([
            deployment_count / day_count,
            median_lead_minutes,
            judged_failed_count / nullif(judged_deployment_count, 0),
            median_restore_minutes
        ]) as value
    from measured
),

banded as (
    select
        listed_values.period_on,
        listed_values.metric,
        min_by(bands.band, bands.band_order) as band
    from listed_values
    inner join {{ ref('dora_bands') }} as bands
        on
            listed_values.metric = bands.metric
            and case bands.comparison
                when 'above' then listed_values.value > bands.limit_value
                when 'at_least' then listed_values.value >= bands.limit_value
                when 'below' then listed_values.value < bands.limit_value
                when 'at_most' then listed_values.value <= bands.limit_value
                else listed_values.value is not null
            end
    group by listed_values.period_on, listed_values.metric
)

select
    measured.period_on,
    measured.day_count,
    measured.deployment_count,
    measured.failed_deployment_count,
    measured.judged_deployment_count,
    measured.judged_failed_count,
    measured.deployment_count / measured.day_count as deployments_per_day,
    measured.judged_failed_count / nullif(measured.judged_deployment_count, 0) as change_failure_ratio,
    measured.released_pull_request_count,
    measured.median_lead_minutes,
    measured.p90_lead_minutes,
    measured.restored_count,
    measured.median_restore_minutes,
    measured.p90_restore_minutes,
    {%- for metric in ['deployment_frequency', 'lead_time', 'change_failure_rate', 'restore_time'] %}
    max(case when banded.metric = '{{ metric }}' then banded.band end) as {{ metric }}_band,
    {%- endfor %}
    measured.is_complete
from measured
left join banded on measured.period_on = banded.period_on
group by all
