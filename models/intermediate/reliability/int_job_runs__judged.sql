with limits as (
    select {{ end_of_day('as_of_on') }} as ends_at
    from {{ ref('runs') }}
),

-- What ended after the run's day was still running on it; a run that timed out may have no end of its own.
ended as (
    select
        runs.*,
        case
            when
                runs.status in ('succeeded', 'failed', 'timed_out')
                and coalesce(runs.finished_at, runs.started_at, runs.queued_at) < limits.ends_at
                then coalesce(runs.finished_at, runs.started_at, runs.queued_at)
        end as ended_at
    from {{ ref('job_runs') }} as runs
    cross join limits
    where
        {{ local_date('runs.queued_at') }} <= {{ as_of() }}
        and (
            runs.billing_account_id is null
            or runs.billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
        )
)

select
    job_run_id,
    job_name,
    workflow_id,
    billing_account_id as account_id,
    release_tag,
    attempt_number,
    attempt_number > 1 as is_retry,
    case when ended_at is null and status <> 'queued' then 'running' else status end as status,
    ended_at is not null and status in ('failed', 'timed_out') as is_failed,
    ended_at is not null and status = 'succeeded' as is_succeeded,
    queued_at,
    {{ local_date('queued_at') }} as queued_on,
    started_at,
    ended_at as finished_at,
    {{ local_date('ended_at') }} as finished_on
from ended
