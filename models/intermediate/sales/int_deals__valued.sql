select
    deals.*,
    case when deals.is_won then deals.closed_on - deals.created_on end as cycle_days,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.country, 'unknown') as country,
    -- A deal is a forecast, not cash: constant rates, so that exchange rates do not move the pipeline.
    {{ scale_amount('deals.native_amount', 'rates.rate_numerator', 'rates.rate_denominator') }} as deal_amount
from {{ ref('int_deals__dated') }} as deals
left join {{ ref('int_currencies__rated') }} as rates
    on deals.currency = rates.currency
left join {{ ref('int_accounts__dated') }} as accounts
    on
        deals.account_id = accounts.account_id
        and accounts.from_on <= coalesce(deals.closed_on, {{ as_of() }})
        and coalesce(deals.closed_on, {{ as_of() }}) < accounts.to_on
