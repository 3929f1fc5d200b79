{{ config(tags=['event_scale']) }}
with known as (
    select
        sessions.*,
        visitors.user_id,
        visitors.account_id,
        users.signed_up_on,
        sessions.started_on + {{ threshold('visitor_signup_window_days') }} as window_ends_on
    from {{ ref('int_sessions__channelled') }} as sessions
    left join {{ ref('int_visitors__identified') }} as visitors on sessions.visitor_id = visitors.visitor_id
    left join {{ ref('int_users__matched') }} as users on visitors.user_id = users.user_id
    where not coalesce(users.is_excluded, false)
)

select
    session_id,
    visitor_id,
    account_id,
    started_at,
    started_on,
    session_number,
    page_view_count,
    landing_path,
    channel,
    coalesce(campaign_id, 'none') as campaign_id,
    1 as session_count,
    cast(session_number = 1 as integer) as new_visitor_count,
    case
        when session_number = 1 and signed_up_on between started_on and least(window_ends_on, {{ as_of() }}) then 1
        else 0
    end as signed_up_visitor_count,
    case when session_number = 1 and window_ends_on > {{ as_of() }} then 1 else 0 end as open_visitor_count
from known
