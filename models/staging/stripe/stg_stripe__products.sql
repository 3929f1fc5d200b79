-- A product without a kind is a plan: add-ons are the ones that are marked.
select
    'stripe:' || id as product_id,
    name as product_name,
    coalesce(metadata_kind, 'plan') as kind,
    created as created_at
from {{ source('stripe', 'products') }}
