select
    'hubspot:' || id as crm_company_id,
    'hubspot' as source,
    nullif(regexp_replace(lower(trim(domain)), '^www\.', ''), '') as domain,
    'stripe:' || nullif(trim(stripe_customer_id), '') as billing_account_id,
    case when length(trim(country)) = 2 then upper(trim(country)) end as country,
    numberofemployees as employee_count,
    createdate as created_at
from {{ source('hubspot', 'companies') }}
