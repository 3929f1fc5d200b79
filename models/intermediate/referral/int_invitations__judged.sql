with credited as (
    -- One sign-up is the doing of one invitation: of several, the first that was accepted.
    select invitation_id
    from {{ ref('int_invitations__dated') }}
    where invitee_user_id is not null
    qualify row_number() over (partition by invitee_user_id order by coalesce(accepted_at, sent_at), sent_at, invitation_id) = 1
),

users as (
    select
        user_id,
        is_excluded,
        case when activated_on <= {{ as_of() }} then activated_at end as activated_at,
        case when activated_on <= {{ as_of() }} then activated_on end as activated_on
    from {{ ref('int_users__activated') }}
),

suspected as (
    select
        invitations.*,
        rings.ring_path,
        list_filter([
            case when invitations.inviter_user_id = invitations.invitee_user_id then 'self_user' end,
            case when invitations.inviter_device_hash = invitations.invitee_device_hash then 'self_device' end,
            case when invitations.inviter_card_hash = invitations.invitee_card_hash then 'self_card' end,
            case
                when invitations.inviter_address_hash = invitations.invitee_address_hash and {{ threshold('referral_fraud_same_address') }} = 1
                    then 'self_address'
            end,
            case when invitations.inviter_alias_hash = invitations.invitee_alias_hash then 'self_alias' end,
            case when rings.ring_length is not null then 'ring_of_' || rings.ring_length end,
            case when bursts.invitation_id is not null then 'burst' end
        ], reason -> reason is not null) as reasons
    from {{ ref('int_invitations__dated') }} as invitations
    left join {{ ref('int_invitation_rings__found') }} as rings
        on
            invitations.inviter_user_id = rings.inviter_user_id
            and invitations.invitee_user_id = rings.invitee_user_id
    left join {{ ref('int_invitation_bursts__found') }} as bursts
        on invitations.invitation_id = bursts.invitation_id
)

select
    invitations.invitation_id,
    invitations.programme_id,
    invitations.programme,
    invitations.loop_type,
    invitations.channel,
    invitations.inviter_user_id,
    invitations.invitee_user_id,
    invitations.sent_at,
    invitations.sent_on,
    invitations.accepted_at,
    invitations.signed_up_at,
    inviters.activated_at as inviter_activated_at,
    inviters.activated_on as inviter_activated_on,
    invitees.activated_at as invitee_activated_at,
    invitees.activated_on as invitee_activated_on,
    invitations.sent_on + {{ threshold('referral_conversion_window_days') }} <= {{ as_of() }} as is_matured,
    coalesce(
        credited.invitation_id is not null
        and not invitees.is_excluded
        and invitations.signed_up_at >= invitations.sent_at
        and invitees.activated_at >= invitations.sent_at
        and invitees.activated_at <= {{ dbt.dateadd('day', threshold('referral_conversion_window_days'), 'invitations.sent_at') }},
        false
    ) as is_converted,
    len(invitations.reasons) > 0 as is_fraud,
    nullif(array_to_string(invitations.reasons, ', '), '') as fraud_reasons,
    invitations.ring_path
from suspected as invitations
left join credited
    on invitations.invitation_id = credited.invitation_id
left join users as inviters
    on invitations.inviter_user_id = inviters.user_id
left join users as invitees
    on invitations.invitee_user_id = invitees.user_id
where not coalesce(inviters.is_excluded, false)
