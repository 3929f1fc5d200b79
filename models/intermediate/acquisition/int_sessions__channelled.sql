{{ config(tags=['event_scale']) }}
with sessions as (
    select * from {{ ref('int_sessions__started') }}
),

-- The rules are tried on the few combinations of tags, not on every session.
combinations as (
    select distinct
        click_id_kind,
        utm_medium,
        utm_source,
        referrer_host
    from sessions
),

ruled as (
    select
        combinations.*,
        rules.channel,
        row_number() over (
            partition by
                combinations.click_id_kind, combinations.utm_medium, combinations.utm_source, combinations.referrer_host
            order by rules.priority
        ) as rule_order
    from combinations
    inner join {{ ref('channel_rules') }} as rules
        on
            {{ fits_rule('click_id_kind') }}
            and {{ fits_rule('utm_medium') }}
            and {{ fits_rule('utm_source') }}
            and {{ fits_rule('referrer_host') }}
),

-- Two campaigns of a channel may share a name; the first by id stands for both.
named_campaigns as (
    select
        campaign_name,
        channel,
        min(campaign_id) as campaign_id
    from {{ ref('int_ad_spend__valued') }}
    group by campaign_name, channel
)

select
    sessions.*,
    coalesce(ruled.channel, 'unattributed') as channel,
    named_campaigns.campaign_id
from sessions
left join ruled
    on
        ruled.rule_order = 1
        and sessions.click_id_kind is not distinct from ruled.click_id_kind
        and sessions.utm_medium is not distinct from ruled.utm_medium
        and sessions.utm_source is not distinct from ruled.utm_source
        and sessions.referrer_host is not distinct from ruled.referrer_host
left join named_campaigns
    on sessions.utm_campaign = named_campaigns.campaign_name and ruled.channel = named_campaigns.channel
