with solved as (
    select
        ticket_id,
        requester_id,
        solved_at,
        solved_at + to_days({{ threshold('support_repeat_contact_days') }}) as judged_at
    from {{ ref('int_tickets__resolved') }}
    where solved_at is not null
),

repeated as (
    select distinct solved.ticket_id
    from solved
    inner join {{ ref('int_tickets__resolved') }} as later
        on
            solved.requester_id = later.requester_id
            and solved.solved_at < later.created_at
            and later.created_at <= solved.judged_at
)

select
    solved.ticket_id,
    solved.judged_at <= {{ end_of_day(as_of()) }} as is_judged,
    repeated.ticket_id is not null as is_repeat
from solved
left join repeated
    on solved.ticket_id = repeated.ticket_id
