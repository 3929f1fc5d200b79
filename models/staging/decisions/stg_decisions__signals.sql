select
    'decisions:' || id as signal_id,
    'decisions' as source,
    kind as signal_kind,
    noticed_at
from {{ source('decisions', 'signals') }}
