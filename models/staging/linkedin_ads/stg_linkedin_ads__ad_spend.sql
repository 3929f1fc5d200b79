-- The report's campaign type is a format of ads; all of LinkedIn's are social.
select
    'linkedin_ads:' || strftime(start_date, '%Y-%m-%d') || ':' || campaign_id as ad_spend_id,
    'linkedin_ads' as source,
    start_date as spent_on,
    'linkedin_ads:' || campaign_id as campaign_id,
    campaign_name,
    'social' as campaign_type,
    cast(null as varchar) as country,
    upper(currency) as currency,
    total_spent as amount,
    impressions as impression_count,
    clicks as click_count,
    cast(leads as decimal(18, 4)) as platform_conversion_count
from {{ source('linkedin_ads', 'campaign_analytics') }}
