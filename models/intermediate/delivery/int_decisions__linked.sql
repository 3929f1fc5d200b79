with shipped_under as (
    select
        records.decision_id,
        count(distinct records.release_tag) as release_count,
        count(distinct evidence.release_tag) as evidenced_release_count
    from {{ ref('int_releases__recorded') }} as records
    left join {{ ref('release_evidence') }} as evidence
        on records.release_tag = evidence.release_tag and {{ local_date('evidence.recorded_at') }} <= {{ as_of() }}
    -- A record of what is not released by the run's day is a plan.
    where records.has_record and records.decision_id is not null and records.released_on <= {{ as_of() }}
    group by records.decision_id
),

changed_for as (
    select
        decision_id,
        count(*) as merged_count
    from {{ ref('int_pull_requests__released') }}
    where decision_id is not null and merged_at is not null
    group by decision_id
)

select
    decisions.decision_id,
    signals.signal_kind,
    signals.noticed_at,
    signals.signal_id is not null as has_signal,
    coalesce(shipped_under.release_count, 0) > 0 as has_release,
    coalesce(shipped_under.evidenced_release_count, 0) > 0 as has_evidence,
    signals.signal_id is not null and coalesce(shipped_under.evidenced_release_count, 0) > 0 as is_linked,
    cast(coalesce(changed_for.merged_count, 0) as integer) as merged_pull_request_count
from {{ ref('int_decisions__staged') }} as decisions
left join {{ ref('signals') }} as signals on decisions.signal_id = signals.signal_id
left join shipped_under on decisions.decision_id = shipped_under.decision_id
left join changed_for on decisions.decision_id = changed_for.decision_id
