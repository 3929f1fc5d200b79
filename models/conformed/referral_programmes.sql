{{ union_providers('referral_programmes') }}
