-- The lag of a month: the median days from sign-up to payment of the accounts acquired in the months that end with it, so that a
-- closed month keeps the lag it was closed with.
with months as (
    select
        period_on,
        cast(period_on - to_months({{ threshold('sales_cycle_window_months') }} - 1) as date) as from_month
    from {{ ref('int_periods__spined') }}
    where clock = 'month'
),

cycles as (
    select
        acquired_month,
        acquired_on - signed_up_on as cycle_days
    from {{ ref('int_accounts__converted') }}
    -- Someone who signs up after the account paid is no start of its cycle.
    where signed_up_on <= acquired_on
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
