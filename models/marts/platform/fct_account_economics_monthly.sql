-- Months without any metered usage are left out: their accounts would seem to cost nothing.
with served as (
    select
        account_id,
        period_on,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_cost_to_serve_monthly') }}
    group by account_id, period_on
),

metered as (
    select
        months.period_on,
        cast({{ threshold('power_user_multiple') }} * sum(coalesce(drivers.median_amount, 0)) as decimal(18, 4)) as power_user_cost_amount
    from (select distinct split.period_on from {{ ref('int_driver_costs__split') }} as split) as months
    inner join {{ ref('fct_driver_costs_monthly') }} as drivers
        on months.period_on = drivers.period_on
    group by months.period_on
),

accounts as (
    select
        described.account_id || '|' || cast(described.period_on as varchar) as account_month_id,
        described.account_id,
        described.period_on,
        described.plan,
        described.customer_segment,
        described.country,
        described.mrr,
        coalesce(served.cost_amount, 0) as cost_amount,
        metered.power_user_cost_amount,
        served.account_id is not null as is_served,
        described.is_complete
    from {{ ref('int_account_months__segmented') }} as described
    inner join metered
        on described.period_on = metered.period_on
    left join served
        on described.account_id = served.account_id and described.period_on = served.period_on
    where described.mrr > 0 or served.account_id is not null
)

select
    account_month_id,
    account_id,
    period_on,
    plan,
    customer_segment,
    country,
    cast(mrr as decimal(18, 4)) as mrr,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    cast(mrr - cost_amount as decimal(18, 4)) as margin_amount,
    power_user_cost_amount,
    cast(mrr - power_user_cost_amount as decimal(18, 4)) as power_user_margin_amount,
    cast(is_served as integer) as served_account_count,
    cast(mrr > 0 as integer) as paying_account_count,
    cast(mrr > 0 and mrr >= cost_amount as integer) as covered_account_count,
    cast(mrr > 0 and mrr >= power_user_cost_amount as integer) as power_user_covered_account_count,
    is_complete
from accounts
