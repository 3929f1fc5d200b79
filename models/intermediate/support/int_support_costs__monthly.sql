-- What excluded accounts took, and accounts that are not known, is work that the books paid for: it stays, without an account.
with handled as (
    select
        handling.period_on,
        case when not tickets.is_excluded then tickets.account_id end as account_id,
        cast(sum(handling.handling_second_count) as bigint) as handling_second_count
    from {{ ref('int_ticket_handling__summed') }} as handling
    inner join {{ ref('int_tickets__attributed') }} as tickets
        on handling.ticket_id = tickets.ticket_id
    group by all
),

paid as (
    select
        period_on,
        cast(sum(amount) as decimal(18, 4)) as payroll_amount
    from {{ ref('int_ledger_lines__categorised') }}
    where category = 'support_payroll'
    group by period_on
),

lined_up as (
    select
        *,
        sum(handling_second_count) over (partition by period_on) as month_second_count,
        sum(handling_second_count) over (partition by period_on order by account_id nulls last rows unbounded preceding) as until_second_count
    from handled
    where handling_second_count > 0
)

select
    coalesce(lined_up.period_on, paid.period_on) as period_on,
    lined_up.account_id,
    coalesce(lined_up.handling_second_count, 0) as handling_second_count,
    case
        when lined_up.period_on is null then paid.payroll_amount
        when paid.period_on is null then cast(0 as decimal(18, 4))
        else {{ split_amount(
            'paid.payroll_amount',
            '(lined_up.until_second_count - lined_up.handling_second_count)',
            'lined_up.handling_second_count',
            'lined_up.month_second_count'
        ) }}
    end as cost_amount
from lined_up
full outer join paid
    on lined_up.period_on = paid.period_on
