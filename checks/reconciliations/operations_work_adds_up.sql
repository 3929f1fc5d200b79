-- Work by hand is in three marts: each intervention, by account and month, by month. None is lost or doubled by an account's segments or by the
-- months' clock. A row here is a month whose three sums of minutes differ.
with sums as (
    select
        cast(date_trunc('month', performed_on) as date) as period_on,
        sum(minute_count) as single_minute_count,
        0 as account_minute_count,
        0 as month_minute_count
    from {{ ref('fct_manual_interventions') }}
    group by date_trunc('month', performed_on)
    union all
    select
        period_on,
        0 as single_minute_count,
        sum(minute_count) as account_minute_count,
        0 as month_minute_count
    from {{ ref('fct_account_manual_monthly') }}
    group by period_on
    union all
    select
        period_on,
        0 as single_minute_count,
        0 as account_minute_count,
        minute_count as month_minute_count
    from {{ ref('fct_manual_monthly') }}
)

select
    sums.period_on,
    sum(sums.single_minute_count) as single_minute_count,
    sum(sums.account_minute_count) as account_minute_count,
    sum(sums.month_minute_count) as month_minute_count
from sums
-- Work written down before the company's first month is in no month.
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and sums.period_on = periods.period_on
group by sums.period_on
having
    sum(sums.single_minute_count) <> sum(sums.account_minute_count)
    or sum(sums.account_minute_count) <> sum(sums.month_minute_count)
