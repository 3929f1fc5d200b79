with limits as (
    select {{ end_of_day('as_of_on') }} as ends_at
    from {{ ref('runs') }}
),

-- What came after the run's day is not known on it.
known as (
    select
        runs.sop_run_id,
        runs.sop_id,
        runs.billing_account_id as account_id,
        runs.triggered_at,
        limits.ends_at,
        case when runs.done_at < limits.ends_at then runs.done_at end as done_at,
        case when runs.blocked_at < limits.ends_at then runs.blocked_at end as blocked_at,
        case when runs.unblocked_at < limits.ends_at then runs.unblocked_at end as unblocked_at,
        case when runs.escalated_at < limits.ends_at then runs.escalated_at end as escalated_at
    from {{ ref('sop_runs') }} as runs
    cross join limits
    where
        runs.triggered_at < limits.ends_at
        and (
            runs.billing_account_id is null
            or runs.billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
        )
),

due as (
    select
        known.*,
        sops.process,
        versions.version_number,
        versions.expected_minutes,
        known.triggered_at + to_hours(versions.sla_hours) as due_at,
        known.blocked_at + to_hours(versions.escalation_hours) as escalation_due_at,
        known.triggered_at + to_days({{ threshold('sop_onboarding_days') }}) as onboarding_due_at,
        -- Whoever finished is blocked no longer.
        coalesce(least(known.unblocked_at, known.done_at), known.ends_at) as blocked_until_at
    from known
    left join {{ ref('sops') }} as sops
        on known.sop_id = sops.sop_id
    left join {{ ref('int_sop_versions__dated') }} as versions
        on
            known.sop_id = versions.sop_id
            and versions.published_at <= known.triggered_at
            and (versions.superseded_at is null or known.triggered_at < versions.superseded_at)
)

select
    sop_run_id,
    sop_id,
    process,
    account_id,
    version_number,
    expected_minutes,
    triggered_at,
    {{ local_date('triggered_at') }} as triggered_on,
    done_at,
    {{ local_date('done_at') }} as done_on,
    due_at,
    blocked_at,
    unblocked_at,
    escalated_at,
    escalation_due_at,
    cast(date_sub('minute', triggered_at, done_at) as bigint) as run_minutes,
    case
        when done_at is not null then done_at <= due_at
        when due_at < ends_at then false
    end as is_in_sla,
    -- Blocked for less than the escalation's hours: nobody had to be told.
    case when blocked_until_at >= escalation_due_at then coalesce(escalated_at <= escalation_due_at, false) end as is_escalated_on_time,
    case
        when process <> 'onboarding' then null
        when done_at is not null then done_at <= onboarding_due_at
        when onboarding_due_at < ends_at then false
    end as is_onboarded_in_time
from due
