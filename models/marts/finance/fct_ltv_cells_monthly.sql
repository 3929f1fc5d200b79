-- What new accounts are worth beside what they cost, on the cells that both know, so that a ratio of sums is a ratio of totals.
with entries as (
    select
        period_on,
        channel,
        customer_segment,
        country,
        valued_account_count,
        coalesce(ltv_simple_amount, 0) as ltv_simple_amount,
        coalesce(ltv_predictive_amount, 0) as ltv_predictive_amount,
        0 as media_amount,
        0 as loaded_cost_amount
    from {{ ref('fct_ltv_accounts') }}
    union all
    select
        period_on,
        channel,
        customer_segment,
        country,
        0 as valued_account_count,
        0 as ltv_simple_amount,
        0 as ltv_predictive_amount,
        media_amount,
        media_amount + other_cost_amount as loaded_cost_amount
    from {{ ref('fct_acquisition_monthly') }}
),

-- Cost stands beside worth only where new accounts have one: a month before the first window would be all cost.
valued_months as (
    select distinct period_on from {{ ref('fct_ltv_accounts') }}
    where valued_account_count > 0
)

select
    cast(entries.period_on as varchar) || '|' || entries.channel || '|' || entries.customer_segment || '|' || entries.country as ltv_cell_id,
    entries.period_on,
    entries.channel,
    entries.customer_segment,
    entries.country,
    cast(sum(entries.valued_account_count) as bigint) as valued_account_count,
    cast(sum(entries.ltv_simple_amount) as decimal(18, 4)) as ltv_simple_amount,
    cast(sum(entries.ltv_predictive_amount) as decimal(18, 4)) as ltv_predictive_amount,
    cast(sum(entries.media_amount) as decimal(18, 4)) as media_amount,
    cast(sum(entries.loaded_cost_amount) as decimal(18, 4)) as loaded_cost_amount
from entries
inner join valued_months on entries.period_on = valued_months.period_on
group by entries.period_on, entries.channel, entries.customer_segment, entries.country
