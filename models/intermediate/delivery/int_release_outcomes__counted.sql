with bugs as (
    select
        release_tag,
        count(*) as bug_count
    from {{ ref('work_items') }}
    where release_tag is not null and kind = 'bug' and {{ local_date('opened_at') }} <= {{ as_of() }}
    group by release_tag
),

tickets as (
    select
        release_tag,
        count(*) as ticket_count
    from {{ ref('int_tickets__resolved') }}
    where release_tag is not null and not is_excluded
    group by release_tag
),

deployments as (
    select
        release_tag,
        sum(incident_count) as incident_count,
        bool_or(is_failed) as is_failed
    from {{ ref('int_deployments__judged') }}
    where release_tag is not null
    group by release_tag
),

entries as (
    select
        release_tag,
        count(*) as entry_count
    from {{ ref('changelog_entries') }}
    where {{ local_date('published_at') }} <= {{ as_of() }}
    group by release_tag
),

verdicts as (
    select
        release_tag,
        max(case when window_hours = 24 then verdict end) as verdict_24h,
        max(case when window_hours = 72 then verdict end) as verdict_72h,
        max_by(verdict, window_hours) as verdict
    from {{ ref('release_evidence') }}
    where {{ local_date('recorded_at') }} <= {{ as_of() }}
    group by release_tag
),

rings as (
    select
        release_tag,
        count(*) as ring_count,
        bool_and(is_in_order) as is_ring_order_kept,
        bool_or(ring_number = (select max(ring_number) from {{ ref('release_rings') }})) as is_for_everyone,
        string_agg(ring, ' ' order by started_at, ring_number) as rings
    from {{ ref('int_release_rollouts__followed') }}
    group by release_tag
)

select
    releases.release_tag,
    cast(coalesce(bugs.bug_count, 0) as integer) as bug_count,
    cast(coalesce(tickets.ticket_count, 0) as integer) as ticket_count,
    cast(coalesce(deployments.incident_count, 0) as integer) as incident_count,
    coalesce(deployments.is_failed, false) as is_failed,
    cast(coalesce(entries.entry_count, 0) as integer) as changelog_entry_count,
    verdicts.verdict_24h,
    verdicts.verdict_72h,
    verdicts.verdict,
    cast(coalesce(rings.ring_count, 0) as integer) as ring_count,
    coalesce(rings.is_ring_order_kept, false) as is_ring_order_kept,
    coalesce(rings.is_for_everyone, false) as is_for_everyone,
    rings.rings
from {{ ref('int_releases__recorded') }} as releases
left join bugs on releases.release_tag = bugs.release_tag
left join tickets on releases.release_tag = tickets.release_tag
left join deployments on releases.release_tag = deployments.release_tag
left join entries on releases.release_tag = entries.release_tag
left join verdicts on releases.release_tag = verdicts.release_tag
left join rings on releases.release_tag = rings.release_tag
