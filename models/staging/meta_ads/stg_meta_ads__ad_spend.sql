-- The objective says what a campaign is optimised for, not where it is shown: all of Meta's are social.
select
    'meta_ads:' || strftime(date_start, '%Y-%m-%d') || ':' || campaign_id || ':' || country as ad_spend_id,
    'meta_ads' as source,
    date_start as spent_on,
    'meta_ads:' || campaign_id as campaign_id,
    campaign_name,
    'social' as campaign_type,
    case when lower(country) != 'unknown' then upper(country) end as country,
    upper(account_currency) as currency,
    spend as amount,
    impressions as impression_count,
    clicks as click_count,
    cast(null as decimal(18, 4)) as platform_conversion_count
from {{ source('meta_ads', 'insights') }}
