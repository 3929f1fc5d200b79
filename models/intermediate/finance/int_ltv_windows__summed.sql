with accounts as (
    {{ by_lifetime_segment(ref('int_accounts__acquired')) }}
),

months as (
    select period_on from {{ ref('int_periods__spined') }}
    where clock = 'month' and is_complete
),

-- A window is twelve months with books each; a company without them has no window.
windows as (
    select
        months.period_on,
        cast(months.period_on - interval 11 month as date) as from_on
    from months
    inner join {{ ref('int_gross_margins__monthly') }} as margins
        on margins.period_on between months.period_on - interval 11 month and months.period_on
    where margins.revenue_amount > 0
    group by months.period_on
    having count(*) = 12
),

counted as (
    select
        account_id,
        period_on,
        sum(opening_account_count) as opening_count,
        sum(churned_account_count) as churned_count,
        sum(closing_account_count) as closing_count
    from {{ ref('int_mrr_movements__classified') }}
    where clock = 'month'
    group by account_id, period_on
),

moved as (
    select
        accounts.segment_kind,
        accounts.segment,
        counted.period_on,
        sum(counted.opening_count) as opening_count,
        sum(counted.churned_count) as churned_count,
        sum(counted.closing_count) as closing_count
    from counted
    inner join accounts on counted.account_id = accounts.account_id
    group by accounts.segment_kind, accounts.segment, counted.period_on
),

earned as (
    select
        accounts.segment_kind,
        accounts.segment,
        margins.period_on,
        sum(margins.gross_margin_amount) as margin_amount
    from {{ ref('int_account_margins__valued') }} as margins
    inner join accounts on margins.account_id = accounts.account_id
    group by accounts.segment_kind, accounts.segment, margins.period_on
)

select
    windows.period_on,
    moved.segment_kind,
    moved.segment,
    cast(sum(coalesce(earned.margin_amount, 0)) as decimal(18, 4)) as margin_amount,
    cast(sum(moved.closing_count) as bigint) as paying_account_months,
    cast(sum(moved.opening_count) as bigint) as opening_account_count,
    cast(sum(moved.churned_count) as bigint) as churned_account_count
from windows
inner join moved on moved.period_on between windows.from_on and windows.period_on
left join earned
    on
        moved.segment_kind = earned.segment_kind
        and moved.segment = earned.segment
        and moved.period_on = earned.period_on
group by windows.period_on, moved.segment_kind, moved.segment
