select
    'intercom:' || id as group_id,
    'intercom' as source,
    trim(name) as group_name
from {{ source('intercom', 'teams') }}
