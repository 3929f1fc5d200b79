select
    tickets.ticket_id,
    tickets.source,
    tickets.account_id,
    tickets.user_id,
    tickets.requester_id,
    tickets.channel,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    tickets.release_tag,
    tickets.ticket_type,
    coalesce(cast(tickets.tier as varchar), 'unassigned') as tier,
    tickets.is_agent_created,
    tickets.created_at,
    tickets.created_on,
    tickets.first_response_at,
    tickets.first_response_minutes,
    tickets.first_response_business_minutes,
    tickets.solved_at,
    {{ local_date('tickets.solved_at') }} as solved_on,
    tickets.resolution_minutes,
    tickets.resolution_business_minutes,
    tickets.reopen_count,
    tickets.handling_second_count,
    1 as ticket_count,
    cast(tickets.ticket_type = 'unclassified' as integer) as unclassified_count,
    cast(tickets.ticket_type = 'billing' as integer) as billing_count,
    cast(tickets.solved_at is not null as integer) as solved_count,
    cast(tickets.solved_at is not null and tickets.reopen_count > 0 as integer) as reopened_count,
    {%- for tier in [1, 2, 3] %}
    cast(tickets.solved_at is not null and tickets.tier is not distinct from {{ tier }} as integer) as tier_{{ tier }}_count,
    {%- endfor %}
    cast(tickets.solved_at is not null and tickets.tier is null as integer) as tier_unassigned_count,
    cast(coalesce(repeats.is_judged, false) as integer) as judged_repeat_count,
    cast(coalesce(repeats.is_judged and repeats.is_repeat, false) as integer) as repeat_count,
    cast(coalesce(not repeats.is_judged, false) as integer) as young_solve_count,
    cast(attributed.auto_category is not null and attributed.category is not null as integer) as triaged_count,
    cast(coalesce(attributed.auto_category = attributed.category, false) as integer) as triaged_right_count
from {{ ref('int_tickets__resolved') }} as tickets
inner join {{ ref('int_tickets__attributed') }} as attributed
    on tickets.ticket_id = attributed.ticket_id
left join {{ ref('int_ticket_repeats__judged') }} as repeats
    on tickets.ticket_id = repeats.ticket_id
left join {{ ref('int_accounts__described') }} as accounts
    on
        tickets.account_id = accounts.account_id
        and accounts.from_on <= tickets.created_on
        and tickets.created_on < accounts.to_on
where not tickets.is_excluded
