-- Spans in which one user sent one invitation more than a burst allows; every invitation inside such a span is part of it, ties too.
with numbered as (
    select
        inviter_user_id,
        sent_at,
        row_number() over (partition by inviter_user_id order by sent_at, invitation_id) as send_number
    from {{ ref('int_invitations__dated') }}
    where inviter_user_id is not null
),

spans as (
    select
        firsts.inviter_user_id,
        firsts.sent_at as from_at,
        lasts.sent_at as to_at
    from numbered as firsts
    inner join numbered as lasts
        on
            firsts.inviter_user_id = lasts.inviter_user_id
            and firsts.send_number + {{ threshold('referral_burst_invitations') }} = lasts.send_number
    where lasts.sent_at <= {{ dbt.dateadd('minute', threshold('referral_burst_minutes'), 'firsts.sent_at') }}
)

select
    invitations.invitation_id,
    min(spans.from_at) as burst_from_at,
    max(spans.to_at) as burst_to_at
from {{ ref('int_invitations__dated') }} as invitations
inner join spans
    on
        invitations.inviter_user_id = spans.inviter_user_id
        and invitations.sent_at between spans.from_at and spans.to_at
group by invitations.invitation_id
