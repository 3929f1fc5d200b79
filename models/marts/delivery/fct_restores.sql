select
    incidents.incident_id,
    incidents.deployment_id,
    deployments.release_tag,
    incidents.service,
    incidents.severity,
    incidents.started_at,
    {{ local_date('incidents.started_at') }} as started_on,
    incidents.resolved_at,
    {{ local_date('incidents.resolved_at') }} as resolved_on,
    case
        when {{ local_date('incidents.resolved_at') }} <= {{ as_of() }}
            then date_diff('second', incidents.started_at, incidents.resolved_at) // 60
    end as restore_minutes,
    cast(coalesce({{ local_date('incidents.resolved_at') }} <= {{ as_of() }}, false) as integer) as restored_count,
    cast(not coalesce({{ local_date('incidents.resolved_at') }} <= {{ as_of() }}, false) as integer) as open_count
from {{ ref('incidents') }} as incidents
inner join {{ ref('int_deployments__judged') }} as deployments
    on incidents.deployment_id = deployments.deployment_id
where {{ local_date('incidents.started_at') }} <= {{ as_of() }}
