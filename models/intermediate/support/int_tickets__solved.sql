with statuses as (
    select
        ticket_id,
        occurred_at,
        value in ('solved', 'closed') as is_done,
        coalesce(lag(value) over events_in_order in ('solved', 'closed'), false) as was_done,
        lead(value) over events_in_order is null as is_last
    from {{ ref('ticket_events') }}
    where event_kind = 'status' and {{ local_date('occurred_at') }} <= {{ as_of() }}
    -- Ids of one length in their order, so that events of the same second keep theirs.
    window events_in_order as (partition by ticket_id order by occurred_at, length(ticket_event_id), ticket_event_id)
),

solved as (
    select
        ticket_id,
        bool_or(is_last and is_done) as is_solved,
        max(case when is_done and not was_done then occurred_at end) as last_solved_at,
        count(*) filter (where was_done and not is_done) as reopen_count
    from statuses
    group by ticket_id
),

grouped as (
    select
        solved.ticket_id,
        events.value as group_id
    from solved
    inner join {{ ref('ticket_events') }} as events
        on solved.ticket_id = events.ticket_id and events.occurred_at <= solved.last_solved_at
    where events.event_kind = 'group' and solved.is_solved
    qualify
        row_number() over (
            partition by solved.ticket_id order by events.occurred_at desc, length(events.ticket_event_id) desc, events.ticket_event_id desc
        ) = 1
)

select
    solved.ticket_id,
    case when solved.is_solved then solved.last_solved_at end as solved_at,
    cast(solved.reopen_count as integer) as reopen_count,
    tiers.tier
from solved
left join grouped
    on solved.ticket_id = grouped.ticket_id
left join {{ ref('support_groups') }} as groups
    on grouped.group_id = groups.group_id
left join {{ ref('support_tiers') }} as tiers
    on groups.group_name = tiers.group_name and tiers.company = '{{ var("company") }}'
