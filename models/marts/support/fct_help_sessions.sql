select
    sessions.help_session_id,
    sessions.user_id,
    sessions.account_id,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.plan, 'unknown') as plan,
    sessions.started_at,
    sessions.started_on,
    sessions.event_count,
    sessions.article_view_count,
    sessions.search_count,
    sessions.bot_count,
    1 as session_count,
    cast(sessions.is_judged as integer) as judged_count,
    cast(sessions.is_judged and sessions.is_deflected as integer) as deflected_count
from {{ ref('int_help_sessions__deflected') }} as sessions
left join {{ ref('int_accounts__described') }} as accounts
    on
        sessions.account_id = accounts.account_id
        and accounts.from_on <= sessions.started_on
        and sessions.started_on < accounts.to_on
