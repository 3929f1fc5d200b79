with limits as (
    select {{ end_of_day('as_of_on') }} as ends_at
    from {{ ref('runs') }}
),

-- What came after the run's day is not known on it.
known as (
    select
        incidents.* exclude (acknowledged_at, resolved_at),
        case when incidents.acknowledged_at < limits.ends_at then incidents.acknowledged_at end as acknowledged_at,
        case when incidents.resolved_at < limits.ends_at then incidents.resolved_at end as resolved_at
    from {{ ref('incidents') }} as incidents
    cross join limits
    where incidents.started_at < limits.ends_at
),

paged as (
    select
        incident_id,
        count(*) as page_count
    from {{ ref('on_call_pages') }}
    where {{ local_date('paged_at') }} <= {{ as_of() }}
    group by incident_id
)

select
    known.incident_id,
    known.service,
    known.severity,
    known.deployment_id,
    known.release_tag,
    known.runbook,
    known.started_at,
    {{ local_date('known.started_at') }} as started_on,
    known.acknowledged_at,
    known.resolved_at,
    cast(date_sub('minute', known.started_at, known.acknowledged_at) as bigint) as acknowledge_minutes,
    cast(date_sub('minute', known.started_at, known.resolved_at) as bigint) as restore_minutes,
    coalesce(paged.page_count, 0) as page_count,
    1 as incident_count,
    cast(known.deployment_id is not null as integer) as deployment_incident_count,
    cast(known.runbook is not null as integer) as runbook_incident_count,
    cast(known.acknowledged_at is not null as integer) as acknowledged_count,
    cast(known.resolved_at is not null as integer) as resolved_count
from known
left join paged
    on known.incident_id = paged.incident_id
