with succeeded as (
    select
        deployments.deployment_id,
        deployments.release_tag,
        deployments.is_automated,
        min(states.stated_at) as deployed_at
    from {{ ref('deployments') }} as deployments
    inner join {{ ref('deployment_states') }} as states
        on deployments.deployment_id = states.deployment_id
    where deployments.environment = 'production' and states.state = 'success'
    group by all
    having {{ local_date('min(states.stated_at)') }} <= {{ as_of() }}
),

counted_incidents as (
    select
        deployment_id,
        count(*) as incident_count
    from {{ ref('incidents') }}
    where deployment_id is not null and {{ local_date('started_at') }} <= {{ as_of() }}
    group by deployment_id
),

-- Of a version that was deployed again, a mend is for the deployment that it followed, not for the next try.
followed_by_mend as (
    select
        records.release_tag,
        succeeded.deployment_id
    from {{ ref('release_records') }} as records
    inner join {{ ref('release_kinds') }} as kinds
        on records.release_kind = kinds.release_kind
    inner join succeeded
        on records.mends_release_tag = succeeded.release_tag
    where
        kinds.is_mend
        -- A mend that was called after the run's day is not known yet.
        and coalesce({{ local_date('records.called_at') }} <= {{ as_of() }}, true)
    qualify
        row_number() over (
            partition by records.release_tag
            order by coalesce(succeeded.deployed_at <= records.called_at, true) desc, succeeded.deployed_at desc, succeeded.deployment_id
        ) = 1
),

mended as (
    select distinct deployment_id
    from followed_by_mend
)

select
    succeeded.deployment_id,
    succeeded.release_tag,
    succeeded.is_automated,
    succeeded.deployed_at,
    {{ local_date('succeeded.deployed_at') }} as deployed_on,
    cast(coalesce(counted.incident_count, 0) as integer) as incident_count,
    mended.deployment_id is not null as is_mended,
    counted.incident_count is not null or mended.deployment_id is not null as is_failed,
    {{ local_date('succeeded.deployed_at') }} + {{ threshold('deployment_judged_days') }} <= {{ as_of() }} as is_judged
from succeeded
left join counted_incidents as counted
    on succeeded.deployment_id = counted.deployment_id
left join mended
    on succeeded.deployment_id = mended.deployment_id
