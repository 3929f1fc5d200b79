-- What was known of each invitation on the run's day: a device or an address once it is opened, a card once the user signed up.
with judged_days as (
    select
        *,
        {{ local_date('sent_at') }} as sent_on,
        {{ local_date('accepted_at') }} <= {{ as_of() }} as is_accepted,
        {{ local_date('signed_up_at') }} <= {{ as_of() }} as is_signed_up
    from {{ ref('invitations') }}
)

select
    invitations.invitation_id,
    invitations.programme_id,
    coalesce(programmes.programme_name, 'unknown') as programme,
    coalesce(programmes.loop_type, 'unknown') as loop_type,
    coalesce(invitations.channel, 'unknown') as channel,
    invitations.inviter_user_id,
    invitations.sent_at,
    invitations.sent_on,
    case when invitations.is_accepted then invitations.accepted_at end as accepted_at,
    case when invitations.is_signed_up then invitations.signed_up_at end as signed_up_at,
    case when invitations.is_signed_up then invitations.invitee_user_id end as invitee_user_id,
    invitations.inviter_alias_hash,
    invitations.invitee_alias_hash,
    invitations.inviter_device_hash,
    case when invitations.is_accepted then invitations.invitee_device_hash end as invitee_device_hash,
    invitations.inviter_card_hash,
    case when invitations.is_signed_up then invitations.invitee_card_hash end as invitee_card_hash,
    invitations.inviter_address_hash,
    case when invitations.is_accepted then invitations.invitee_address_hash end as invitee_address_hash
from judged_days as invitations
left join {{ ref('referral_programmes') }} as programmes
    on invitations.programme_id = programmes.programme_id
where invitations.sent_on <= {{ as_of() }}
