-- What excluded accounts took, and accounts that are not known, is work that the books paid for: it stays, without an account.
with handled as (
    select
        handling.handled_on,
        handling.period_on,
        case when not tickets.is_excluded then tickets.account_id end as account_id,
        cast(sum(handling.handling_second_count) as bigint) as handling_second_count
    from {{ ref('int_ticket_handling__summed') }} as handling
    inner join {{ ref('int_tickets__attributed') }} as tickets
        on handling.ticket_id = tickets.ticket_id
    group by all
),

-- In order of the account, so that its month is one difference of two marks, however many days.
lined_up as (
    select
        *,
        sum(handling_second_count) over (partition by period_on) as month_second_count,
        sum(handling_second_count) over (
            partition by period_on order by account_id nulls last, handled_on rows unbounded preceding
        ) as until_second_count,
        sum(handling_second_count) over (
            partition by period_on, account_id order by handled_on rows unbounded preceding
        ) as account_second_count
    from handled
    where handling_second_count > 0
)

select
    lined_up.handled_on,
    lined_up.period_on,
    lined_up.account_id,
    lined_up.handling_second_count,
    -- Whole minutes that add up to the whole minutes of the month.
    cast(
        lined_up.account_second_count // 60 - (lined_up.account_second_count - lined_up.handling_second_count) // 60 as bigint
    ) as handling_minute_count,
    case
        when paid.period_on is null then cast(0 as decimal(18, 4))
        else {{ split_amount(
            'paid.payroll_amount',
            '(lined_up.until_second_count - lined_up.handling_second_count)',
            'lined_up.handling_second_count',
            'lined_up.month_second_count'
        ) }}
    end as cost_amount
from lined_up
left join {{ ref('int_support_payroll__summed') }} as paid
    on lined_up.period_on = paid.period_on
