select
    rates.currency,
    -- Whole numbers, in 1/100,000,000, because an exact quotient can only be formed of whole numbers.
    cast(cast(rates.usd_rate as decimal(38, 8)) * 100000000 as bigint) as rate_numerator,
    cast(cast(reporting_rates.usd_rate as decimal(38, 8)) * 100000000 as bigint) as rate_denominator
from {{ ref('reference_rates') }} as rates
cross join {{ ref('reference_rates') }} as reporting_rates
where reporting_rates.currency = '{{ var("reporting_currency") }}'
