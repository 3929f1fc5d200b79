select
    'manual_work:' || id as intervention_id,
    'manual_work' as source,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    {{ snake_case('kind') }} as kind,
    {{ snake_case('team') }} as team,
    'sops:' || nullif(trim(sop_id), '') as sop_id,
    minutes as minute_count,
    performed_at
from {{ source('manual_work', 'interventions') }}
