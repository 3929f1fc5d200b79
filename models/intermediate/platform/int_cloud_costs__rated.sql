-- Before the first day that the company reports there are no daily rates: the constant one stands in, as in the books.
with rated as (
    select
        costs.*,
        cast(date_trunc('month', costs.charged_on) as date) as period_on,
        case
            when costs.currency = '{{ var("reporting_currency") }}' then costs.effective_amount
            when rates.currency is not null then {{ scale_amount('costs.effective_amount', 'rates.rate_units', '100000000') }}
            else {{ scale_amount('costs.effective_amount', 'reference.rate_numerator', 'reference.rate_denominator') }}
        end as cost_amount
    from {{ ref('cloud_costs') }} as costs
    left join {{ ref('int_fx_rates__daily') }} as rates
        on costs.charged_on = rates.rate_on and costs.currency = rates.currency
    left join {{ ref('int_currencies__rated') }} as reference
        on costs.currency = reference.currency
    where costs.charged_on <= {{ as_of() }}
)

select
    rated.cloud_cost_id,
    rated.charged_on,
    rated.period_on,
    rated.service_name,
    rated.service_category,
    rated.charge_category,
    case
        when rated.is_unused then 'idle'
        when rated.charge_category <> 'usage' then rated.charge_category
        when drivers.driver is null then 'unmapped'
        else 'driver'
    end as cost_part,
    case when rated.charge_category = 'usage' and not rated.is_unused then drivers.driver end as driver,
    rated.currency,
    rated.effective_amount as native_amount,
    rated.cost_amount
from rated
left join {{ ref('cost_drivers') }} as drivers
    on
        rated.service_name = drivers.cost_name
        and drivers.cost_kind = 'cloud'
        and drivers.company = '{{ var("company") }}'
