select
    tickets.ticket_id,
    min(events.occurred_at) as first_response_at
from {{ ref('int_tickets__attributed') }} as tickets
inner join {{ ref('ticket_events') }} as events
    on tickets.ticket_id = events.ticket_id and tickets.created_at < events.occurred_at
inner join {{ ref('support_people') }} as authors
    on events.author_id = authors.person_id
where
    events.event_kind = 'comment'
    and events.is_public
    and not events.is_automatic
    and authors.role = 'agent'
    and not tickets.is_agent_created
    and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
group by tickets.ticket_id
