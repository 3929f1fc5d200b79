select
    'github:' || id as deployment_state_id,
    'github' as source,
    'github:' || deployment_id as deployment_id,
    case state when 'pending' then 'queued' else state end as state,
    created_at as stated_at
from {{ source('github', 'deployment_statuses') }}
