with first_deployed as (
    select
        release_tag,
        min(deployed_at) as deployed_at
    from {{ ref('int_deployments__judged') }}
    group by release_tag
)

select
    judged.deployment_id,
    judged.release_tag,
    coalesce(releases.release_kind, 'unrecorded') as release_kind,
    judged.deployed_at,
    judged.deployed_on,
    judged.is_automated,
    judged.incident_count,
    judged.is_mended,
    judged.is_failed,
    judged.is_judged,
    coalesce(judged.deployed_at > first_deployed.deployed_at, false) as is_redeployment,
    1 as deployment_count,
    cast(judged.is_automated as integer) as automated_count,
    cast(judged.is_judged as integer) as judged_count,
    cast(judged.is_judged and judged.is_failed as integer) as failed_count,
    cast(not judged.is_judged as integer) as young_count
from {{ ref('int_deployments__judged') }} as judged
left join first_deployed on judged.release_tag = first_deployed.release_tag
left join {{ ref('int_releases__recorded') }} as releases on judged.release_tag = releases.release_tag
