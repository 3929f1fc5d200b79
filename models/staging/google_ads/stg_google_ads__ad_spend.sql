select
    'google_ads:' || strftime(day, '%Y-%m-%d') || ':' || campaign_id || ':' || country as ad_spend_id,
    'google_ads' as source,
    day as spent_on,
    'google_ads:' || campaign_id as campaign_id,
    campaign as campaign_name,
    lower(campaign_type) as campaign_type,
    upper(country) as country,
    upper(currency_code) as currency,
    cost as amount,
    impressions as impression_count,
    clicks as click_count,
    conversions as platform_conversion_count
from {{ source('google_ads', 'campaign_stats') }}
