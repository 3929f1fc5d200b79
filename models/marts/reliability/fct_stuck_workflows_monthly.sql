-- Every month has a row: no stuck workflow is an answer.
select
    periods.period_on,
    periods.closing_on,
    periods.is_complete,
    count(distinct stalls.workflow_id) as stuck_workflow_count,
    count(distinct stalls.workflow_id) filter (where stalls.stall_kind = 'failed') as failed_workflow_count,
    count(distinct stalls.workflow_id) filter (where stalls.stall_kind = 'running') as running_workflow_count,
    count(distinct stalls.account_id) as account_count
from {{ ref('int_periods__spined') }} as periods
left join {{ ref('int_workflow_stalls__dated') }} as stalls
    on
        stalls.stuck_from_at < {{ end_of_day('periods.closing_on') }}
        and (stalls.stuck_until_at is null or stalls.stuck_until_at >= {{ end_of_day('periods.closing_on') }})
where periods.clock = 'month' and exists (select 1 from {{ ref('job_runs') }})
group by periods.period_on, periods.closing_on, periods.is_complete
