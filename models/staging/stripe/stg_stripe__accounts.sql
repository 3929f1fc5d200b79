-- The billing e-mail keeps only its domain here: nothing after staging is personal.
select
    'stripe:' || id as account_id,
    'stripe' as source,
    updated as valid_from_at,
    lower(nullif(split_part(email, '@', 2), '')) as email_domain,
    upper(currency) as currency,
    upper(address_country) as country,
    metadata_segment as customer_segment,
    created as created_at,
    coalesce(deleted, false) as is_deleted
from {{ source('stripe', 'customers') }}
