-- A sign-up is its user's last touch before it that is not direct, else the last one; without a touch nobody's.
with touches as (
    select
        users.user_id,
        users.account_id,
        users.signed_up_on,
        sessions.session_id,
        sessions.channel,
        sessions.campaign_id,
        row_number() over (
            partition by users.user_id
            order by sessions.channel = 'direct', sessions.started_at desc, sessions.session_id desc
        ) as touch_order
    from {{ ref('int_users__matched') }} as users
    left join (
        select
            visitors.user_id,
            sessions.*
        from {{ ref('int_visitors__identified') }} as visitors
        inner join {{ ref('int_sessions__channelled') }} as sessions on visitors.visitor_id = sessions.visitor_id
    ) as sessions
        on
            users.user_id = sessions.user_id
            and sessions.started_at <= users.signed_up_at
            and sessions.started_on >= users.signed_up_on - {{ threshold('attribution_lookback_days') }}
    where not users.is_excluded and users.signed_up_on <= {{ as_of() }}
)

select
    user_id,
    account_id,
    signed_up_on,
    session_id,
    coalesce(channel, 'unattributed') as channel,
    coalesce(campaign_id, 'none') as campaign_id
from touches
where touch_order = 1
