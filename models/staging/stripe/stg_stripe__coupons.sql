select
    'stripe:' || id as coupon_id,
    percent_off,
    amount_off,
    upper(currency) as currency,
    duration
from {{ source('stripe', 'coupons') }}
