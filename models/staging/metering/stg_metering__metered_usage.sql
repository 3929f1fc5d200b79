select
    'stripe:' || account_id as billing_account_id,
    'metering' as source,
    used_on,
    {{ snake_case('driver') }} as driver,
    quantity,
    unit
from {{ source('metering', 'usage') }}
