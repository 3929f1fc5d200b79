-- While a deal is open its close date is a hope, not an event.
select
    'hubspot:' || id as deal_id,
    'hubspot' as source,
    'hubspot:' || associatedcompanyid as crm_company_id,
    'hubspot:' || hubspot_owner_id as owner_id,
    case dealtype when 'newbusiness' then 'new_business' when 'existingbusiness' then 'existing_business' end as deal_type,
    lower(hs_analytics_source) as lead_source,
    upper(deal_currency_code) as currency,
    coalesce(amount, 0) as amount,
    createdate as created_at,
    case when hs_is_closed then closedate end as closed_at,
    hs_is_closed_won as is_won,
    hs_is_closed and not hs_is_closed_won as is_lost,
    closed_lost_reason as lost_reason
from {{ source('hubspot', 'deals') }}
