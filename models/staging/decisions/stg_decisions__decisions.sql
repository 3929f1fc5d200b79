select
    'decisions:' || id as decision_id,
    'decisions' as source,
    'decisions:' || signal_id as signal_id,
    nullif(trim(metric), '') as metric,
    made_by,
    meetings as meeting_count,
    opened_at,
    decided_at,
    shipped_at,
    validated_at,
    learned_at,
    outcome
from {{ source('decisions', 'decisions') }}
