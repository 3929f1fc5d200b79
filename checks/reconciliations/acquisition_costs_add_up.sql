-- Nothing of a month's costs is lost or doubled: the platforms' spend is that of the cells, channel by channel, and so are the other costs.
-- A row here is a month and channel of media, or a month of the other costs, whose two sides differ.
with

spent as (
    select
        cast(date_trunc('month', spent_on) as date) as period_on,
        channel,
        sum(media_amount) as amount
    from {{ ref('fct_ad_spend') }}
    group by all
    union all
    select
        period_on,
        'other costs' as channel,
        sum(amount) as amount
    from {{ ref('int_acquisition_costs__pooled') }}
    where cost_type <> 'media'
    group by period_on
),

told as (
    select
        period_on,
        channel,
        sum(media_amount) as amount
    from {{ ref('fct_acquisition_monthly') }}
    group by all
    union all
    select
        period_on,
        'other costs' as channel,
        sum(other_cost_amount) as amount
    from {{ ref('fct_acquisition_monthly') }}
    group by period_on
)

select
    periods.period_on,
    coalesce(spent.channel, told.channel) as channel,
    spent.amount as spent_amount,
    told.amount as told_amount
from spent
full outer join told
    on spent.period_on = told.period_on and spent.channel = told.channel
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and coalesce(spent.period_on, told.period_on) = periods.period_on
where coalesce(spent.amount, 0) <> coalesce(told.amount, 0)
