-- The lag of a month: the median days from the first sign of an account to its payment, over those acquired in the months that end with it, so that a
-- closed month keeps the lag it was closed with.
with months as (
    select
        period_on,
        cast(period_on - to_months({{ threshold('sales_cycle_window_months') }} - 1) as date) as from_month
    from {{ ref('int_periods__spined') }}
    where clock = 'month'
),

deal_starts as (
    select
        companies.account_id,
        {{ local_date('min(deals.created_at)') }} as created_on
    from {{ ref('deals') }} as deals
    inner join {{ ref('int_crm_companies__matched') }} as companies on deals.crm_company_id = companies.crm_company_id
    where deals.deal_type = 'new_business'
    group by companies.account_id
),

cycles as (
    select
        conversions.acquired_month,
        conversions.acquired_on - least(conversions.signed_up_on, deal_starts.created_on) as cycle_days
    from {{ ref('int_accounts__converted') }} as conversions
    left join deal_starts on conversions.account_id = deal_starts.account_id
    -- What begins after the account paid is no start of its cycle.
    where least(conversions.signed_up_on, deal_starts.created_on) <= conversions.acquired_on
)

select
    months.period_on,
    count(cycles.cycle_days) as account_count,
    median(cycles.cycle_days) as median_cycle_days,
    -- A month is 365.25 / 12 days; without a cycle there is no lag.
    cast(coalesce(round(median(cycles.cycle_days) / 30.4375), 0) as integer) as lag_months
from months
left join cycles
    on cycles.acquired_month between months.from_month and months.period_on
group by months.period_on
