with ruled as (
    select
        spend.*,
        channels.channel
    from {{ ref('ad_spend') }} as spend
    left join {{ ref('campaign_channels') }} as channels
        on spend.source = channels.source and coalesce(spend.campaign_type, '') like channels.campaign_type
    where spend.spent_on <= {{ as_of() }}
    -- The longest pattern is the most particular.
    qualify row_number() over (partition by spend.ad_spend_id order by length(channels.campaign_type) desc nulls last) = 1
)

select
    ruled.ad_spend_id,
    ruled.source,
    ruled.spent_on,
    coalesce(ruled.channel, 'unattributed') as channel,
    ruled.campaign_id,
    ruled.campaign_name,
    ruled.campaign_type,
    ruled.country,
    ruled.currency,
    ruled.amount as native_amount,
    rates.to_reporting_rate,
    {{ scale_amount('ruled.amount', 'rates.rate_units', '100000000') }} as media_amount,
    ruled.impression_count,
    ruled.click_count,
    ruled.platform_conversion_count
from ruled
left join {{ ref('int_fx_rates__daily') }} as rates
    on ruled.spent_on = rates.rate_on and ruled.currency = rates.currency
