select
    resolved.ticket_id,
    resolved.account_id,
    resolved.channel,
    resolved.created_on,
    tickets.auto_category,
    tickets.category,
    1 as triaged_count,
    cast(tickets.auto_category = tickets.category as integer) as agreed_count
from {{ ref('int_tickets__resolved') }} as resolved
inner join {{ ref('tickets') }} as tickets
    on resolved.ticket_id = tickets.ticket_id
-- Without a proposal, or while nobody has looked, there is nothing to judge.
where not resolved.is_excluded and tickets.auto_category is not null and tickets.category is not null
