-- What brought a user before the sign-up: paid sessions inside the look-back, an invitation, neither.
with paid_touches as (
    select distinct users.user_id
    from {{ ref('int_users__matched') }} as users
    inner join {{ ref('int_visitors__identified') }} as visitors
        on users.user_id = visitors.user_id
    inner join {{ ref('int_sessions__channelled') }} as sessions
        on visitors.visitor_id = sessions.visitor_id
    inner join {{ ref('channels') }} as channels
        on sessions.channel = channels.channel
    where
        channels.is_paid
        and sessions.started_at <= users.signed_up_at
        and sessions.started_on >= users.signed_up_on - {{ threshold('attribution_lookback_days') }}
),

invited as (
    select distinct invitee_user_id as user_id
    from {{ ref('int_invitations__dated') }}
    where invitee_user_id is not null
)

select
    users.user_id,
    users.account_id,
    users.signed_up_on,
    paid_touches.user_id is not null as has_paid_touch,
    invited.user_id is not null as is_invited
from {{ ref('int_users__matched') }} as users
left join paid_touches
    on users.user_id = paid_touches.user_id
left join invited
    on users.user_id = invited.user_id
where users.signed_up_on <= {{ as_of() }} and not users.is_excluded
