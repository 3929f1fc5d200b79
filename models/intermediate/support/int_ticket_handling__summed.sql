select
    events.ticket_id,
    {{ local_date('events.occurred_at') }} as handled_on,
    cast(date_trunc('month', {{ local_date('events.occurred_at') }}) as date) as period_on,
    cast(sum(cast(events.value as bigint)) as bigint) as handling_second_count
from {{ ref('ticket_events') }} as events
where events.event_kind = 'time_spent' and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
group by all
