-- One row per account and month in which anything happened; what belongs to no account is one row of its own.
with entries as (
    select
        account_id,
        cast(date_trunc('month', created_on) as date) as period_on,
        1 as ticket_count
    from {{ ref('int_tickets__resolved') }}
    where not is_excluded
    union all by name
    select
        account_id,
        period_on,
        1 as active_account_count
    from {{ ref('int_accounts__active_monthly') }}
    union all by name
    select
        account_id,
        period_on,
        handling_second_count,
        cost_amount
    from {{ ref('int_support_costs__monthly') }}
    union all by name
    select
        account_id,
        period_on,
        closing_mrr as mrr_amount
    from {{ ref('int_mrr_movements__classified') }}
    where clock = 'month' and closing_mrr > 0
),

summed as (
    select
        account_id,
        period_on,
        cast(coalesce(sum(ticket_count), 0) as bigint) as ticket_count,
        cast(coalesce(max(active_account_count), 0) as integer) as active_account_count,
        cast(coalesce(sum(handling_second_count), 0) as bigint) as handling_second_count,
        cast(coalesce(sum(cost_amount), 0) as decimal(18, 4)) as cost_amount,
        cast(coalesce(sum(mrr_amount), 0) as decimal(18, 4)) as mrr_amount
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
