select
    'stripe:' || id as price_id,
    'stripe:' || product_id as product_id,
    upper(currency) as currency,
    type as price_type,
    billing_scheme,
    tiers_mode,
    unit_amount,
    recurring_interval as interval_unit,
    recurring_interval_count as interval_count,
    recurring_usage_type as usage_type,
    created as created_at
from {{ source('stripe', 'prices') }}
