select
    'stripe:' || price_id as price_id,
    tier as tier_number,
    up_to as up_to_quantity,
    coalesce(unit_amount, 0) as unit_amount,
    coalesce(flat_amount, 0) as flat_amount
from {{ source('stripe', 'price_tiers') }}
