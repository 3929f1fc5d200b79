select
    created_at,
    'shop:' || id as customer_id,
    upper(country) as country
from {{ source('shop', 'customers') }}
