with followed as (
    select
        events.user_id,
        events.help_event_id,
        events.help_kind,
        events.occurred_at,
        users.account_id,
        lag(events.occurred_at) over user_events + to_minutes({{ threshold('support_session_gap_minutes') }}) > events.occurred_at
            as goes_on
    from {{ ref('help_events') }} as events
    left join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    where
        events.user_id is not null
        and not coalesce(users.is_excluded, false)
        and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
    window user_events as (partition by events.user_id order by events.occurred_at, events.help_event_id)
),

numbered as (
    select
        *,
        count(*) filter (where goes_on is not true) over (
            partition by user_id order by occurred_at, help_event_id rows unbounded preceding
        ) as session_number
    from followed
),

sessions as (
    select
        user_id || '|' || session_number as help_session_id,
        user_id,
        account_id,
        min(occurred_at) as started_at,
        count(*) as event_count,
        count(*) filter (where help_kind = 'article_view') as article_view_count,
        count(*) filter (where help_kind = 'search') as search_count,
        count(*) filter (where help_kind = 'bot') as bot_count,
        min(occurred_at) + to_hours({{ threshold('support_deflection_hours') }}) as judged_at
    from numbered
    group by user_id, account_id, session_number
),

asked as (
    select distinct sessions.help_session_id
    from sessions
    inner join {{ ref('int_tickets__attributed') }} as tickets
        on
            sessions.user_id = tickets.user_id
            and sessions.started_at <= tickets.created_at
            and tickets.created_at < sessions.judged_at
)

select
    sessions.help_session_id,
    sessions.user_id,
    sessions.account_id,
    sessions.started_at,
    {{ local_date('sessions.started_at') }} as started_on,
    sessions.event_count,
    sessions.article_view_count,
    sessions.search_count,
    sessions.bot_count,
    sessions.judged_at <= {{ end_of_day(as_of()) }} as is_judged,
    asked.help_session_id is null as is_deflected
from sessions
left join asked
    on sessions.help_session_id = asked.help_session_id
