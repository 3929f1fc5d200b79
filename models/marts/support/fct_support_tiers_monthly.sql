with asked as (
    select
        cast(date_trunc('month', asked_on) as date) as period_on,
        0 as tier,
        sum(tier_0_count) as handled_count,
        sum(query_count) as query_count,
        sum(young_session_count) as young_count
    from {{ ref('fct_support_queries') }}
    group by all
),

solved as (
    select
        cast(date_trunc('month', tickets.solved_on) as date) as period_on,
        tiers.tier,
        count(*) filter (where tickets.tier = cast(tiers.tier as varchar)) as handled_count,
        count(*) as query_count,
        0 as young_count
    from {{ ref('fct_tickets') }} as tickets
    cross join (values (1), (2), (3)) as tiers (tier)
    where tickets.solved_on is not null
    group by all
),

shares as (
    select * from asked
    union all
    select * from solved
)

select
    shares.tier || '|' || cast(shares.period_on as varchar) as tier_month_id,
    shares.period_on,
    shares.tier,
    cast(shares.handled_count as bigint) as handled_count,
    cast(shares.query_count as bigint) as query_count,
    shares.handled_count / nullif(shares.query_count, 0) as handled_ratio,
    cast(targets.minimum_ratio as double) as minimum_ratio,
    cast(targets.maximum_ratio as double) as maximum_ratio,
    last_day(shares.period_on) <= {{ as_of() }} and shares.young_count = 0 as is_complete,
    case
        when shares.query_count < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
        when shares.handled_count < targets.minimum_ratio * shares.query_count then 'below'
        when shares.handled_count > targets.maximum_ratio * shares.query_count then 'above'
        else 'inside'
    end as verdict
from shares
inner join {{ ref('support_tier_shares') }} as targets
    on shares.tier = targets.tier
