with months as (
    select
        account_id,
        period_on,
        driver,
        max(unit) as unit,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount
    from {{ ref('fct_cost_to_serve_daily') }}
    group by account_id, period_on, driver
)

select
    months.account_id || '|' || cast(months.period_on as varchar) || '|' || months.driver as account_month_id,
    months.account_id,
    months.period_on,
    months.driver,
    months.unit,
    months.quantity,
    months.cost_amount,
    coalesce(described.plan, 'none') as plan,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.country, 'unknown') as country
from months
left join {{ ref('int_account_months__segmented') }} as described
    on months.account_id = described.account_id and months.period_on = described.period_on
