-- Changes of other fields than these three are left out. -1 is the system, which is no person.
select
    'zendesk:' || id as ticket_event_id,
    'zendesk' as source,
    'zendesk:' || ticket_id as ticket_id,
    case
        when event_type = 'Comment' then 'comment'
        when event_type = 'TimeSpent' then 'time_spent'
        when field_name = 'status' then 'status'
        when field_name = 'group_id' then 'group'
        when field_name = 'schedule_id' then 'schedule'
    end as event_kind,
    'zendesk:' || nullif(author_id, '-1') as author_id,
    case when event_type = 'Comment' then public end as is_public,
    author_id = '-1' or coalesce(via in ('rule', 'bot'), false) as is_automatic,
    case
        when event_type = 'Comment' then null
        when field_name in ('group_id', 'schedule_id') then 'zendesk:' || value
        else value
    end as value,
    created_at as occurred_at
from {{ source('zendesk', 'ticket_events') }}
where event_type <> 'Change' or field_name in ('status', 'group_id', 'schedule_id')
