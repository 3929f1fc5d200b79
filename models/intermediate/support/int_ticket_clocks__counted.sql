with ended as (
    select
        tickets.ticket_id,
        'first_response' as measure,
        tickets.schedule_id,
        tickets.created_at,
        responded.first_response_at as ended_at
    from {{ ref('int_tickets__attributed') }} as tickets
    left join {{ ref('int_tickets__responded') }} as responded
        on tickets.ticket_id = responded.ticket_id
    where not tickets.is_agent_created
    union all
    select
        tickets.ticket_id,
        'resolution' as measure,
        tickets.schedule_id,
        tickets.created_at,
        solved.solved_at as ended_at
    from {{ ref('int_tickets__attributed') }} as tickets
    left join {{ ref('int_tickets__solved') }} as solved
        on tickets.ticket_id = solved.ticket_id
),

-- What has not ended has run until the end of the run's day.
running as (
    select
        *,
        coalesce(ended_at, {{ end_of_day(as_of()) }}) as until_at
    from ended
),

open_seconds as (
    select
        running.ticket_id,
        running.measure,
        sum(date_diff('second', greatest(running.created_at, hours.opens_at), least(running.until_at, hours.closes_at))) as second_count
    from running
    inner join {{ ref('int_support_hours__dated') }} as hours
        on
            running.schedule_id = hours.schedule_id
            and running.created_at < hours.closes_at
            and running.until_at > hours.opens_at
    group by running.ticket_id, running.measure
)

select
    running.ticket_id,
    running.measure,
    running.created_at,
    running.ended_at,
    cast(date_diff('second', running.created_at, running.until_at) // 60 as bigint) as calendar_minutes,
    cast(case
        when running.schedule_id is null then date_diff('second', running.created_at, running.until_at)
        else coalesce(open_seconds.second_count, 0)
    end // 60 as bigint) as business_minutes
from running
left join open_seconds
    on running.ticket_id = open_seconds.ticket_id and running.measure = open_seconds.measure
