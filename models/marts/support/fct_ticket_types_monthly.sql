with counted as (
    select
        cast(date_trunc('month', created_on) as date) as period_on,
        ticket_type,
        count(*) as ticket_count,
        count(distinct account_id) as account_count,
        sum(solved_count) as solved_count,
        median(resolution_minutes) as median_resolution_minutes
    from {{ ref('fct_tickets') }}
    group by all
)

select
    ticket_type || '|' || cast(period_on as varchar) as ticket_type_month_id,
    period_on,
    ticket_type,
    ticket_count,
    account_count,
    cast(solved_count as bigint) as solved_count,
    ticket_count / sum(ticket_count) over (partition by period_on) as ticket_ratio,
    median_resolution_minutes,
    last_day(period_on) <= {{ as_of() }} as is_complete
from counted
