with days_added_up as (
    select
        period_on,
        account_id,
        cast(sum(handling_second_count) as bigint) as handling_second_count,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount
    from {{ ref('int_support_costs__daily') }}
    group by period_on, account_id
)

select
    coalesce(months.period_on, paid.period_on) as period_on,
    months.account_id,
    coalesce(months.handling_second_count, 0) as handling_second_count,
    coalesce(months.cost_amount, paid.payroll_amount) as cost_amount
from days_added_up as months
full outer join {{ ref('int_support_payroll__summed') }} as paid
    on months.period_on = paid.period_on
