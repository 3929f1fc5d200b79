select
    'referrals:' || id as reward_id,
    'referrals' as source,
    'referrals:' || invitation_id as invitation_id,
    party,
    upper(currency) as currency,
    amount,
    granted_at,
    status
from {{ source('referrals', 'rewards') }}
