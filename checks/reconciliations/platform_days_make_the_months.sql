-- The days of an account, month and driver are its month, in quantity and in money. A row here is one that differs.
with

days as (
    select
        account_id,
        period_on,
        driver,
        sum(quantity) as quantity,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_cost_to_serve_daily') }}
    group by account_id, period_on, driver
),

metered as (
    select distinct driver from {{ ref('fct_cost_to_serve_daily') }}
)

select
    months.account_month_id,
    months.cost_amount,
    days.cost_amount as day_amount
from {{ ref('fct_cost_to_serve_monthly') }} as months
inner join metered on months.driver = metered.driver
full outer join days
    on
        months.account_id = days.account_id
        and months.period_on = days.period_on
        and months.driver = days.driver
where months.quantity is distinct from days.quantity or months.cost_amount is distinct from days.cost_amount
