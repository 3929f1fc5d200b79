select
    'stripe:' || id as discount_id,
    'stripe:' || customer_id as account_id,
    'stripe:' || subscription_id as subscription_id,
    'stripe:' || coupon_id as coupon_id,
    "start" as starts_at,
    "end" as ends_at
from {{ source('stripe', 'discounts') }}
