-- What needs the months before: the mean burn, whether it grows with each customer won, and the cost of one more account.
with months as (
    select
        months.*,
        recurring.closing_account_count,
        recurring.new_account_count
    from {{ ref('int_finance_months__summed') }} as months
    left join {{ ref('int_recurring_revenue__totalled') }} as recurring
        on
            recurring.clock = 'month'
            and months.period_on = recurring.period_on
),

settings as (
    select
        cast(max(value) filter (where name = 'marginal_cost_window_months') as integer) as window_months,
        cast(max(value) filter (where name = 'marginal_cost_minimum_months') as integer) as minimum_months
    from {{ ref('thresholds') }}
),

-- Three months and the three before, by the calendar: a month that the books lack leaves no mean.
burnt as (
    select
        months.period_on,
        count(earlier.period_on) filter (where earlier.period_on > months.period_on - interval 3 month) as month_count,
        cast(sum(earlier.net_burn_amount) filter (where earlier.period_on > months.period_on - interval 3 month) as decimal(18, 4)) as burn,
        cast(sum(earlier.new_account_count) filter (where earlier.period_on > months.period_on - interval 3 month) as integer) as new_accounts,
        count(earlier.period_on) filter (where earlier.period_on <= months.period_on - interval 3 month) as month_count_before,
        cast(sum(earlier.net_burn_amount) filter (where earlier.period_on <= months.period_on - interval 3 month) as decimal(18, 4)) as burn_before,
        cast(sum(earlier.new_account_count) filter (where earlier.period_on <= months.period_on - interval 3 month) as integer) as new_accounts_before
    from months
    inner join months as earlier
        on
            earlier.period_on > months.period_on - interval 6 month
            and earlier.period_on <= months.period_on
    group by months.period_on
),

windows as (
    select
        months.period_on as window_on,
        settings.minimum_months,
        members.*
    from months
    cross join settings
    inner join months as members
        on
            members.period_on > months.period_on - to_months(settings.window_months)
            and members.period_on <= months.period_on
    where months.is_complete
),

slopes as (
    select
        lows.window_on,
        {{ scale_amount(
            'highs.total_cost_amount - lows.total_cost_amount', '1', 'highs.closing_account_count - lows.closing_account_count'
        ) }} as slope_amount
    from windows as lows
    inner join windows as highs
        on
            lows.window_on = highs.window_on
            and lows.closing_account_count < highs.closing_account_count
),

ranked as (
    select
        window_on,
        slope_amount,
        row_number() over (partition by window_on order by slope_amount) as rank,
        count(*) over (partition by window_on) as slope_count
    from slopes
),

-- The middle slope, or the two in the middle: integers, so that the mean of two is exact before it is rounded.
medians as (
    select
        window_on,
        {{ scale_amount('sum(slope_amount)', '1', 'count(*)') }} as marginal_cost_amount
    from ranked
    where 2 * rank between slope_count and slope_count + 2
    group by window_on
),

enough as (
    select window_on
    from windows
    where closing_account_count is not null
    group by window_on
    having count(*) >= max(minimum_months)
)

select
    months.period_on,
    case when burnt.month_count = 3 then {{ scale_amount('burnt.burn', '1', '3') }} end as mean_net_burn_amount,
    case
        when burnt.month_count < 3 or burnt.month_count_before < 3 then null
        else
            burnt.burn > 0
            and burnt.new_accounts_before > 0
            and burnt.burn * burnt.new_accounts_before > burnt.burn_before * burnt.new_accounts
    end as is_burn_compounding,
    case when enough.window_on is not null then medians.marginal_cost_amount end as marginal_cost_amount
from months
inner join burnt
    on months.period_on = burnt.period_on
left join medians
    on months.period_on = medians.window_on
left join enough
    on months.period_on = enough.window_on
