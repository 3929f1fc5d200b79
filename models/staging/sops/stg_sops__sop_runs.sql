select
    'sops:' || id as sop_run_id,
    'sops' as source,
    'sops:' || sop_id as sop_id,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    triggered_at,
    done_at,
    blocked_at,
    unblocked_at,
    escalated_at
from {{ source('sops', 'runs') }}
