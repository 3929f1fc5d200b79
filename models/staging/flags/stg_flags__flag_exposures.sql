select
    'flags:' || id as exposure_id,
    'flags' as source,
    'flags:' || flag_key as flag_id,
    variation,
    'segment:' || nullif(trim(user_id), '') as user_id,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    exposed_at
from {{ source('flags', 'exposures') }}
