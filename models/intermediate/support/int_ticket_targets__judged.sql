with aimed as (
    select
        clocks.ticket_id,
        targets.target,
        clocks.measure,
        targets.clock,
        targets.target_minutes,
        clocks.ended_at,
        solved.solved_at,
        case when targets.clock = 'business' then clocks.business_minutes else clocks.calendar_minutes end as minute_count
    from {{ ref('int_ticket_clocks__counted') }} as clocks
    inner join {{ ref('int_tickets__attributed') }} as tickets
        on clocks.ticket_id = tickets.ticket_id
    left join {{ ref('int_tickets__solved') }} as solved
        on clocks.ticket_id = solved.ticket_id
    inner join {{ ref('support_targets') }} as targets
        on
            clocks.measure = targets.measure
            and tickets.channel = coalesce(targets.channel, tickets.channel)
            and (targets.tier is null or targets.tier = solved.tier)
    where targets.company = '{{ var("company") }}'
)

select
    ticket_id,
    target,
    measure,
    clock,
    cast(target_minutes as bigint) as target_minutes,
    minute_count,
    -- One that waits is missed once its target has passed; one that was solved without a word waits for nothing.
    ended_at is not null or (minute_count >= target_minutes and solved_at is null) as is_judged,
    ended_at is not null and minute_count < target_minutes as is_met
from aimed
