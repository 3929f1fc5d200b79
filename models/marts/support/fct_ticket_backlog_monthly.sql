-- The five steps from a ticket to the backlog; a note is written only where it changed a decision, so that it has no target.
with linked as (
    select
        ticket_id,
        bool_or(cluster_id is not null) as is_clustered,
        bool_or(decision_id is not null) as has_decision,
        bool_or(is_loop_closed) as is_told
    from {{ ref('fct_feedback_items') }}
    where ticket_id is not null
    group by ticket_id
)

select
    cast(date_trunc('month', tickets.created_on) as date) as period_on,
    count(*) as ticket_count,
    count(*) filter (where attributed.tags <> '') as tagged_count,
    count(*) filter (where tickets.ticket_type <> 'unclassified') as typed_count,
    count(*) filter (where linked.is_clustered) as clustered_count,
    count(*) filter (where linked.has_decision) as decided_count,
    count(*) filter (where linked.is_told) as told_count,
    cast(sum(tickets.solved_count) as bigint) as solved_count,
    last_day(cast(date_trunc('month', tickets.created_on) as date)) <= {{ as_of() }} as is_complete
from {{ ref('fct_tickets') }} as tickets
inner join {{ ref('int_tickets__attributed') }} as attributed
    on tickets.ticket_id = attributed.ticket_id
left join linked
    on tickets.ticket_id = linked.ticket_id
group by date_trunc('month', tickets.created_on)
