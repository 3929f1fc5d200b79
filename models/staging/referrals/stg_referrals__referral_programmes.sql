select
    'referrals:' || id as programme_id,
    'referrals' as source,
    name as programme_name,
    loop_type,
    upper(currency) as currency,
    coalesce(referrer_reward, 0) as referrer_reward_amount,
    coalesce(referee_reward, 0) as referee_reward_amount,
    starts_on,
    ends_on
from {{ source('referrals', 'programmes') }}
