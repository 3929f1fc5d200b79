{{ union_providers('referral_rewards') }}
