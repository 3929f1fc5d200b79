select
    'jobs:' || id as job_run_id,
    'jobs' as source,
    {{ snake_case('job_name') }} as job_name,
    'jobs:' || workflow_id as workflow_id,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    release_tag,
    attempt as attempt_number,
    status,
    queued_at,
    started_at,
    finished_at
from {{ source('jobs', 'runs') }}
