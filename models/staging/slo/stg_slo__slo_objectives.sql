select
    'slo:' || id as slo_id,
    'slo' as source,
    {{ snake_case('service') }} as service,
    {{ snake_case('name') }} as slo_name,
    target as target_ratio,
    window_days
from {{ source('slo', 'objectives') }}
