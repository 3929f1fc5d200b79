with rewarded as (
    select
        invitation_id,
        sum(reward_amount) filter (where party = 'referrer') as referrer_reward_amount,
        sum(reward_amount) filter (where party = 'referee') as referee_reward_amount,
        min(granted_at) as first_granted_at
    from {{ ref('int_referral_rewards__valued') }}
    group by invitation_id
),

valued as (
    select
        invitations.*,
        coalesce(rewarded.referrer_reward_amount, 0) as referrer_reward_amount,
        coalesce(rewarded.referee_reward_amount, 0) as referee_reward_amount,
        rewarded.first_granted_at,
        {{ local_date('rewarded.first_granted_at') }} - {{ local_date('invitations.signed_up_at') }} as reward_delay_days,
        case
            when invitations.is_matured and invitations.is_converted
                then invitations.invitee_activated_on - invitations.inviter_activated_on
        end as cycle_days
    from {{ ref('int_invitations__judged') }} as invitations
    left join rewarded
        on invitations.invitation_id = rewarded.invitation_id
)

select
    invitation_id,
    programme_id,
    programme,
    loop_type,
    channel,
    inviter_user_id,
    invitee_user_id,
    sent_at,
    sent_on,
    accepted_at,
    signed_up_at,
    inviter_activated_on,
    invitee_activated_on,
    is_matured,
    is_converted,
    is_fraud,
    fraud_reasons,
    ring_path,
    cast(cycle_days as integer) as cycle_days,
    cast(reward_delay_days as integer) as reward_delay_days,
    cast(referrer_reward_amount as decimal(18, 4)) as referrer_reward_amount,
    cast(referee_reward_amount as decimal(18, 4)) as referee_reward_amount,
    cast(referrer_reward_amount + referee_reward_amount as decimal(18, 4)) as reward_amount,
    1 as invitation_count,
    cast(is_fraud as integer) as fraud_invitation_count,
    cast(not is_matured as integer) as young_invitation_count,
    cast(is_matured and not is_fraud as integer) as matured_count,
    cast(is_matured and not is_fraud and is_converted as integer) as converted_count,
    cast(is_matured as integer) as matured_gross_count,
    cast(is_matured and is_converted as integer) as converted_gross_count,
    cast(first_granted_at is not null as integer) as rewarded_count,
    cast(referrer_reward_amount > 0 and referee_reward_amount > 0 as integer) as two_sided_count,
    cast(reward_delay_days is not null as integer) as delayed_reward_count
from valued
