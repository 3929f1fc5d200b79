-- The spans in which a workflow was stuck on its last run: from when that run had been without success for the threshold's hours until the
-- next run of the workflow was queued, or until the run ended well.
with followed as (
    select
        *,
        coalesce(started_at, queued_at) as begun_at,
        lead(queued_at) over (partition by workflow_id order by queued_at, attempt_number, job_run_id) as next_queued_at
    from {{ ref('int_job_runs__judged') }}
    where workflow_id is not null
),

aged as (
    select
        *,
        to_hours({{ threshold('stuck_workflow_hours') }}) as patience
    from followed
),

dated as (
    select
        *,
        -- A run that has taken too long is stuck already; one that failed earlier is stuck once nobody has run it again in time.
        case
            when finished_at is null or finished_at - begun_at > patience then begun_at + patience
            when is_failed then finished_at + patience
        end as stuck_from_at,
        least(case when is_succeeded then finished_at end, next_queued_at) as stuck_until_at
    from aged
)

select
    job_run_id,
    workflow_id,
    job_name,
    account_id,
    release_tag,
    status,
    attempt_number,
    case when is_failed and finished_at - begun_at <= patience then 'failed' else 'running' end as stall_kind,
    stuck_from_at,
    stuck_until_at
from dated
where stuck_from_at is not null and (next_queued_at is null or stuck_from_at < next_queued_at)
