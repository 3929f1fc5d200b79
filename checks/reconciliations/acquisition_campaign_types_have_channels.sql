-- Campaign types that spend and fit no pattern of the seed campaign_channels: their money is unattributed until it has one.
{{ config(severity='warn') }}
select
    source,
    campaign_type,
    sum(media_amount) as media_amount
from {{ ref('fct_ad_spend') }}
where channel = 'unattributed'
group by source, campaign_type
