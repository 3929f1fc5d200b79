select
    'ticket|' || ticket_id as support_query_id,
    created_on as asked_on,
    'ticket' as query_kind,
    account_id,
    customer_segment,
    1 as query_count,
    0 as tier_0_count,
    0 as young_session_count
from {{ ref('fct_tickets') }}
union all
select
    'session|' || help_session_id as support_query_id,
    started_on as asked_on,
    'help_session' as query_kind,
    account_id,
    customer_segment,
    deflected_count as query_count,
    deflected_count as tier_0_count,
    1 - judged_count as young_session_count
from {{ ref('fct_help_sessions') }}
