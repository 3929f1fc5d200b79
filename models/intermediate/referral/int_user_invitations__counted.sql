-- What the users of a cohort sent in their first days, by the way it was sent.
select
    users.user_id,
    cast(date_trunc('month', users.activated_on) as date) as period_on,
    invitations.loop_type,
    invitations.programme,
    invitations.channel,
    count(*) as sent_gross_count,
    count(*) filter (where invitations.is_matured) as matured_gross_count,
    count(*) filter (where invitations.is_matured and invitations.is_converted) as converted_gross_count,
    count(*) filter (where not invitations.is_fraud) as sent_count,
    count(*) filter (where not invitations.is_fraud and invitations.is_matured) as matured_count,
    count(*) filter (where not invitations.is_fraud and invitations.is_matured and invitations.is_converted) as converted_count,
    coalesce(
        list(invitations.invitee_activated_on - users.activated_on) filter (
            where not invitations.is_fraud and invitations.is_matured and invitations.is_converted
        ),
        []
    ) as cycle_days
from {{ ref('int_users__activated') }} as users
inner join {{ ref('int_invitations__judged') }} as invitations
    on
        users.user_id = invitations.inviter_user_id
        and invitations.sent_at >= users.activated_at
        and invitations.sent_at < {{ dbt.dateadd('day', threshold('referral_sending_window_days'), 'users.activated_at') }}
where
    users.activated_on <= {{ as_of() }}
    and not users.is_excluded
group by users.user_id, users.activated_on, invitations.loop_type, invitations.programme, invitations.channel
