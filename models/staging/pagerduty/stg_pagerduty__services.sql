select
    {{ snake_case('service') }} as service,
    'pagerduty' as source,
    {{ snake_case('team') }} as team,
    has_logs,
    has_traces,
    has_metrics,
    runbook
from {{ source('pagerduty', 'services') }}
