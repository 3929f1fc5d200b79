select
    'pagerduty:' || id as page_id,
    'pagerduty' as source,
    'pagerduty:' || incident_id as incident_id,
    'pagerduty:' || responder_id as responder_id,
    'pagerduty:' || shift_id as shift_id,
    created_at as paged_at
from {{ source('pagerduty', 'log_entries') }}
