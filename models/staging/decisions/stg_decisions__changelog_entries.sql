select
    'decisions:' || id as changelog_entry_id,
    'decisions' as source,
    release_tag,
    published_at
from {{ source('decisions', 'changelog') }}
