select
    judged.ticket_id || '|' || judged.target as ticket_target_id,
    judged.ticket_id,
    judged.target,
    judged.measure,
    judged.clock,
    judged.target_minutes,
    judged.minute_count,
    tickets.channel,
    tickets.tier,
    tickets.customer_segment,
    case when judged.measure = 'resolution' then coalesce(tickets.solved_on, tickets.created_on) else tickets.created_on end as counted_on,
    cast(judged.is_judged as integer) as judged_count,
    cast(judged.is_judged and judged.is_met as integer) as met_count,
    cast(not judged.is_judged and tickets.solved_count = 0 as integer) as waiting_count
from {{ ref('int_ticket_targets__judged') }} as judged
inner join {{ ref('fct_tickets') }} as tickets
    on judged.ticket_id = tickets.ticket_id
