{{ config(tags=['event_scale']) }}
{%- set tags = ['click_id_kind', 'utm_medium', 'utm_source', 'referrer_host'] %}
with sessions as (
    select * from {{ ref('int_sessions__started') }}
),

-- The rules are tried on the few combinations of tags, not on every session.
combinations as (
    select distinct {{ tags | join(', ') }}
    from sessions
),

ruled as (
    select
        combinations.*,
        rules.channel,
        row_number() over (
            partition by {% for tag in tags %}combinations.{{ tag }}{{ ", " if not loop.last }}{% endfor %}
            order by rules.priority
        ) as rule_order
    from combinations
    inner join {{ ref('channel_rules') }} as rules
        on
            {%- for tag in tags %}
            {{ "and " if not loop.first }}(
                rules.{{ tag }} is null
                or combinations.{{ tag }} like rules.{{ tag }}
                or (rules.{{ tag }} = '(none)' and combinations.{{ tag }} is null)
            )
            {%- endfor %}
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
        {%- for tag in tags %}
        and sessions.{{ tag }} is not distinct from ruled.{{ tag }}
        {%- endfor %}
left join named_campaigns
    on sessions.utm_campaign = named_campaigns.campaign_name and ruled.channel = named_campaigns.channel
