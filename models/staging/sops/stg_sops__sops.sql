select
    'sops:' || id as sop_id,
    'sops' as source,
    {{ snake_case('process') }} as process,
    created_at,
    retired_at
from {{ source('sops', 'register') }}
