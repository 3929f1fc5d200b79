-- Media goes to the customer segments (and, where the platform does not say, countries) of its channel's new accounts of the month;
-- other costs to everything that the month's new accounts are credited to. What nobody was acquired for stays unallocated.
with pools as (
    select
        *,
        row_number() over (order by period_on, cost_type, channel, campaign_id, country) as pool_number
    from {{ ref('int_acquisition_costs__pooled') }}
    where amount <> 0
),

recipients as (
    select
        pools.pool_number,
        coalesce(pools.channel, credits.channel) as channel,
        coalesce(pools.campaign_id, credits.campaign_id) as campaign_id,
        credits.customer_segment,
        coalesce(pools.country, credits.country) as country,
        sum(credits.weight) as weight
    from pools
    inner join {{ ref('int_credits__valued') }} as credits
        on
            pools.period_on = credits.acquired_month
            and (pools.channel is null or pools.channel = credits.channel)
    group by
        pools.pool_number,
        coalesce(pools.channel, credits.channel),
        coalesce(pools.campaign_id, credits.campaign_id),
        credits.customer_segment,
        coalesce(pools.country, credits.country)
),

marked as (
    select
        *,
        sum(weight) over (partition by pool_number) as whole,
        sum(weight) over (
            partition by pool_number order by channel, campaign_id, customer_segment, country
            rows between unbounded preceding and current row
        ) - weight as weight_before
    from recipients
)

select
    pools.pool_number,
    pools.period_on,
    pools.cost_type,
    coalesce(marked.channel, pools.channel, 'unattributed') as channel,
    coalesce(marked.campaign_id, pools.campaign_id, 'none') as campaign_id,
    coalesce(marked.customer_segment, 'unallocated') as customer_segment,
    coalesce(marked.country, pools.country, 'unallocated') as country,
    cast(case
        when marked.pool_number is null then pools.amount
        else {{ split_amount('pools.amount', 'marked.weight_before', 'marked.weight', 'marked.whole') }}
    end as decimal(18, 4)) as amount
from pools
left join marked on pools.pool_number = marked.pool_number
