-- The deployment that is to blame is one of GitHub's.
select
    'pagerduty:' || id as incident_id,
    'pagerduty' as source,
    {{ snake_case('service') }} as service,
    severity,
    'github:' || nullif(trim(deployment_id), '') as deployment_id,
    release_tag,
    runbook,
    created_at as started_at,
    acknowledged_at,
    resolved_at
from {{ source('pagerduty', 'incidents') }}
