select
    rewards.reward_id,
    rewards.invitation_id,
    rewards.party,
    rewards.currency,
    rewards.amount as native_amount,
    rewards.granted_at,
    {{ local_date('rewards.granted_at') }} as granted_on,
    {{ scale_amount('rewards.amount', 'rates.to_reporting_rate * 100000000', '100000000') }} as reward_amount
from {{ ref('referral_rewards') }} as rewards
left join {{ ref('int_fx_rates__daily') }} as rates
    on
        rewards.currency = rates.currency
        and {{ local_date('rewards.granted_at') }} = rates.rate_on
where
    rewards.status = 'granted'
    and {{ local_date('rewards.granted_at') }} <= {{ as_of() }}
