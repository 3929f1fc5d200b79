-- The days of support time are support's months, in whole minutes and in money, account by account. A row here is one that differs.
with days_added_up as (
    select
        account_id,
        period_on,
        sum(quantity) as minute_count,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_cost_to_serve_daily') }} as days
    inner join {{ ref('cost_drivers') }} as drivers
        on days.driver = drivers.driver and drivers.cost_kind = 'support' and drivers.company = '{{ var("company") }}'
    group by account_id, period_on
)

select
    coalesce(days.account_id, months.account_id) as account_id,
    coalesce(days.period_on, months.period_on) as period_on,
    days.cost_amount as day_amount,
    months.cost_amount
from days_added_up as days
full outer join {{ ref('int_support_costs__monthly') }} as months
    on days.account_id = months.account_id and days.period_on = months.period_on
where
    coalesce(days.account_id, months.account_id) is not null
    and (days.minute_count is distinct from months.handling_second_count // 60 or days.cost_amount is distinct from months.cost_amount)
