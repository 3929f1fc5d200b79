select
    release_tag,
    'decisions' as source,
    window_hours,
    verdict,
    recorded_at
from {{ source('decisions', 'evidence') }}
