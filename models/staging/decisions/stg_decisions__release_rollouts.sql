select
    release_tag,
    'decisions' as source,
    ring,
    started_at
from {{ source('decisions', 'rollouts') }}
