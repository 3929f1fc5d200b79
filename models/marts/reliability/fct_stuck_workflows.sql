select
    stalls.workflow_id,
    stalls.job_run_id,
    stalls.job_name,
    stalls.account_id,
    stalls.release_tag,
    stalls.stall_kind,
    stalls.attempt_number,
    stalls.stuck_from_at,
    date_diff('hour', stalls.stuck_from_at, {{ end_of_day(as_of()) }}) as stuck_hours
from {{ ref('int_workflow_stalls__dated') }} as stalls
where
    stalls.stuck_from_at < {{ end_of_day(as_of()) }}
    and stalls.stuck_until_at is null
