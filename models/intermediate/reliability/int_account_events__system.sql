{{ config(tags=['event_scale']) }}
with incidents as (
    select
        *,
        -- What came after the run's day is not known on it.
        least(resolved_at, {{ end_of_day(as_of()) }}) as over_at
    from {{ ref('incidents') }}
    where {{ local_date('started_at') }} <= {{ as_of() }}
),

-- An incident is told for the accounts whose users used the product while it lasted.
touched as (
    select distinct
        incidents.incident_id,
        users.account_id
    from incidents
    inner join {{ ref('product_events') }} as events
        on incidents.started_at <= events.occurred_at and events.occurred_at < incidents.over_at
    inner join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    where users.account_id is not null
)

select
    concat_ws('|', 'incident', incidents.incident_id, touched.account_id) as event_id,
    touched.account_id,
    incidents.started_at as occurred_at,
    'incident' as event_kind,
    incidents.incident_id as subject_id,
    incidents.release_tag,
    concat_ws(' ', incidents.severity, incidents.service) as detail
from incidents
left join touched
    on incidents.incident_id = touched.incident_id
union all
select
    'job_failed|' || job_run_id as event_id,
    account_id,
    finished_at as occurred_at,
    'job_failed' as event_kind,
    job_run_id as subject_id,
    release_tag,
    concat_ws(' ', job_name, status) as detail
from {{ ref('int_job_runs__judged') }}
where is_failed
union all
select
    'webhook_failed|' || delivery_id as event_id,
    account_id,
    last_attempted_at as occurred_at,
    'webhook_failed' as event_kind,
    delivery_id as subject_id,
    null as release_tag,
    concat_ws(' ', 'status', coalesce(cast(last_status_code as varchar), 'none'), 'attempts', attempt_count) as detail
from {{ ref('int_webhook_deliveries__judged') }}
where is_failed
