with typed as (
    select
        tickets.ticket_id,
        rules.ticket_type
    from {{ ref('tickets') }} as tickets
    inner join {{ ref('ticket_type_rules') }} as rules
        on {{ has_tag('tickets.tags', 'rules.tag') }}
    where rules.company = '{{ var("company") }}'
    qualify row_number() over (partition by tickets.ticket_id order by rules.priority) = 1
),

-- The schedule of the ticket's first moment, where its events tell one: the ticket itself may have been moved since.
scheduled as (
    select
        events.ticket_id,
        events.value as schedule_id
    from {{ ref('ticket_events') }} as events
    inner join {{ ref('tickets') }} as tickets
        on events.ticket_id = tickets.ticket_id
    where events.event_kind = 'schedule' and events.occurred_at <= tickets.created_at
    qualify
        row_number() over (
            partition by events.ticket_id order by events.occurred_at desc, length(events.ticket_event_id) desc, events.ticket_event_id desc
        ) = 1
)

select
    tickets.ticket_id,
    tickets.source,
    coalesce(known.account_id, requesters.account_id) as account_id,
    requesters.user_id,
    tickets.requester_id,
    tickets.channel,
    coalesce(scheduled.schedule_id, tickets.schedule_id) as schedule_id,
    tickets.tags,
    tickets.release_tag,
    coalesce(typed.ticket_type, 'unclassified') as ticket_type,
    tickets.auto_category,
    tickets.category,
    coalesce(submitters.role = 'agent', false) as is_agent_created,
    tickets.created_at,
    {{ local_date('tickets.created_at') }} as created_on,
    excluded.account_id is not null as is_excluded
from {{ ref('tickets') }} as tickets
left join {{ ref('support_organisations') }} as organisations
    on tickets.organisation_id = organisations.organisation_id
left join {{ ref('int_accounts__known') }} as known
    on organisations.billing_account_id = known.account_id
left join {{ ref('int_support_people__matched') }} as requesters
    on tickets.requester_id = requesters.person_id
left join {{ ref('int_support_people__matched') }} as submitters
    on tickets.submitter_id = submitters.person_id
left join {{ ref('int_accounts__excluded') }} as excluded
    on coalesce(known.account_id, requesters.account_id) = excluded.account_id
left join typed
    on tickets.ticket_id = typed.ticket_id
left join scheduled
    on tickets.ticket_id = scheduled.ticket_id
where {{ local_date('tickets.created_at') }} <= {{ as_of() }}
