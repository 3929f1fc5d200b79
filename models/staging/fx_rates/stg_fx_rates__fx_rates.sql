select
    rate_on,
    'fx_rates' as source,
    upper(base) as from_currency,
    upper(quote) as to_currency,
    rate
from {{ source('fx_rates', 'rates') }}
