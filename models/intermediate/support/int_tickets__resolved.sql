with handled as (
    select
        ticket_id,
        cast(sum(handling_second_count) as bigint) as handling_second_count
    from {{ ref('int_ticket_handling__summed') }}
    group by ticket_id
)

select
    tickets.ticket_id,
    tickets.source,
    tickets.account_id,
    tickets.user_id,
    tickets.requester_id,
    tickets.channel,
    tickets.release_tag,
    tickets.ticket_type,
    tickets.is_agent_created,
    tickets.created_at,
    tickets.created_on,
    responses.ended_at as first_response_at,
    case when responses.ended_at is not null then responses.calendar_minutes end as first_response_minutes,
    case when responses.ended_at is not null then responses.business_minutes end as first_response_business_minutes,
    solved.solved_at,
    case when solved.solved_at is not null then resolutions.calendar_minutes end as resolution_minutes,
    case when solved.solved_at is not null then resolutions.business_minutes end as resolution_business_minutes,
    coalesce(solved.reopen_count, 0) as reopen_count,
    solved.tier,
    coalesce(handled.handling_second_count, 0) as handling_second_count,
    tickets.is_excluded
from {{ ref('int_tickets__attributed') }} as tickets
left join {{ ref('int_ticket_clocks__counted') }} as responses
    on tickets.ticket_id = responses.ticket_id and responses.measure = 'first_response'
left join {{ ref('int_ticket_clocks__counted') }} as resolutions
    on tickets.ticket_id = resolutions.ticket_id and resolutions.measure = 'resolution'
left join {{ ref('int_tickets__solved') }} as solved
    on tickets.ticket_id = solved.ticket_id
left join handled
    on tickets.ticket_id = handled.ticket_id
