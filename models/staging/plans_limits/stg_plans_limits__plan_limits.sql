select
    plan,
    'plans_limits' as source,
    {{ snake_case('limit_name') }} as limit_name,
    boundary,
    {{ snake_case('driver') }} as driver,
    included_quantity,
    overage_unit_amount,
    upper(currency) as currency,
    warn_at as warn_at_ratio,
    valid_from as valid_from_on
from {{ source('plans_limits', 'limits') }}
