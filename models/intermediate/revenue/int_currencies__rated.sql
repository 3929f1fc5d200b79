-- Whole-number ratio of each currency to the reporting one, so that amounts are converted exactly (scale_amount).
select
    rates.currency,
    cast(cast(rates.usd_rate as decimal(38, 8)) * 100000000 as hugeint) as rate_numerator,
    cast(cast(reporting.usd_rate as decimal(38, 8)) * 100000000 as hugeint) as rate_denominator
from {{ ref('reference_rates') }} as rates
inner join {{ ref('reference_rates') }} as reporting
    on reporting.currency = '{{ var("reporting_currency") }}'
