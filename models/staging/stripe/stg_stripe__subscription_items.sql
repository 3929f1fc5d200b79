select
    'stripe:' || id as subscription_item_id,
    'stripe:' || subscription_id as subscription_id,
    effective_at,
    'stripe:' || price_id as price_id,
    quantity,
    coalesce(deleted, false) as is_deleted
from {{ source('stripe', 'subscription_item_history') }}
