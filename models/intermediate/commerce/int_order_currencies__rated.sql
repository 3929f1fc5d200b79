select
    rates.currency,
    -- Whole numbers, in 1/100,000,000, because an exact quotient can only be formed of whole numbers.
    cast(rates.usd_rate * 100000000 as bigint) as rate_numerator,
    cast(reporting_rates.usd_rate * 100000000 as bigint) as rate_denominator
from {{ ref('reference_rates') }} as rates
cross join {{ ref('reference_rates') }} as reporting_rates
where reporting_rates.currency = '{{ var("reporting_currency") }}'
