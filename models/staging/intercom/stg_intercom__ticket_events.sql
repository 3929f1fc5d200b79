-- A closed conversation is a solved ticket. An assignment to a person without a team changes no group.
select
    'intercom:' || id as ticket_event_id,
    'intercom' as source,
    'intercom:' || conversation_id as ticket_id,
    case
        when part_type in ('comment', 'note') then 'comment'
        when part_type in ('close', 'open') then 'status'
        when part_type = 'assignment' then 'group'
    end as event_kind,
    'intercom:' || author_id as author_id,
    case part_type when 'comment' then true when 'note' then false end as is_public,
    author_type = 'bot' as is_automatic,
    case part_type when 'close' then 'solved' when 'open' then 'open' when 'assignment' then 'intercom:' || team_id end as value,
    created_at as occurred_at
from {{ source('intercom', 'conversation_parts') }}
where part_type <> 'assignment' or team_id is not null
