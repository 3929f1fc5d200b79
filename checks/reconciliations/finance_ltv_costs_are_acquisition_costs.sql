-- What stands beside lifetime value is what acquisition cost: in every month whose new accounts have a value, channel by channel, the media
-- and the loaded cost of ltv_media_cost and ltv_loaded_cost are those of media_spend and acquisition_cost. A row here is a month and
-- channel in which they differ.
with

valued_months as (
    select distinct period_on from {{ ref('fct_ltv_accounts') }}
    where valued_account_count > 0
),

acquired as (
    select
        period_on,
        channel,
        sum(media_amount) as media_amount,
        sum(media_amount + other_cost_amount) as loaded_cost_amount
    from {{ ref('fct_acquisition_monthly') }}
    where period_on in (select period_on from valued_months)
    group by period_on, channel
),

valued as (
    select
        period_on,
        channel,
        sum(media_amount) as media_amount,
        sum(loaded_cost_amount) as loaded_cost_amount
    from {{ ref('fct_ltv_cells_monthly') }}
    group by period_on, channel
)

select
    coalesce(acquired.period_on, valued.period_on) as period_on,
    coalesce(acquired.channel, valued.channel) as channel,
    acquired.media_amount,
    valued.media_amount as valued_media_amount,
    acquired.loaded_cost_amount,
    valued.loaded_cost_amount as valued_loaded_cost_amount
from acquired
full outer join valued
    on acquired.period_on = valued.period_on and acquired.channel = valued.channel
where
    coalesce(acquired.media_amount, 0) <> coalesce(valued.media_amount, 0)
    or coalesce(acquired.loaded_cost_amount, 0) <> coalesce(valued.loaded_cost_amount, 0)
