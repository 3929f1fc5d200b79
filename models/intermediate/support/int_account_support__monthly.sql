-- One row per account and month in which anything happened; what belongs to no account is one row of its own.
with entries as (
    select
        account_id,
        cast(date_trunc('month', created_on) as date) as period_on,
        count(*) as ticket_count,
        0 as active_account_count,
        0 as handling_second_count,
        cast(0 as decimal(18, 4)) as cost_amount,
        cast(0 as decimal(18, 4)) as mrr_amount
    from {{ ref('int_tickets__resolved') }}
    where not is_excluded
    group by all
    union all
    select
        account_id,
        period_on,
        0,
        1,
        0,
        0,
        0
    from {{ ref('int_accounts__active_monthly') }}
    union all
    select
        account_id,
        period_on,
        0,
        0,
        handling_second_count,
        cost_amount,
        0
    from {{ ref('int_support_costs__monthly') }}
    union all
    select
        account_id,
        period_on,
        0,
        0,
        0,
        0,
        closing_mrr
    from {{ ref('int_mrr_movements__classified') }}
    where clock = 'month' and closing_mrr > 0
),

summed as (
    select
        account_id,
        period_on,
        cast(sum(ticket_count) as bigint) as ticket_count,
        cast(max(active_account_count) as integer) as active_account_count,
        cast(sum(handling_second_count) as bigint) as handling_second_count,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount,
        cast(sum(mrr_amount) as decimal(18, 4)) as mrr_amount
    from entries
    group by account_id, period_on
)

select
    coalesce(summed.account_id, 'none') || '|' || cast(summed.period_on as varchar) as account_month_id,
    summed.account_id,
    summed.period_on,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    summed.ticket_count,
    summed.active_account_count,
    summed.handling_second_count,
    summed.cost_amount,
    summed.mrr_amount,
    periods.is_complete
from summed
inner join {{ ref('int_periods__spined') }} as periods
    on summed.period_on = periods.period_on and periods.clock = 'month'
left join {{ ref('int_accounts__described') }} as accounts
    on
        summed.account_id = accounts.account_id
        and accounts.from_on <= periods.closing_on
        and periods.closing_on < accounts.to_on
