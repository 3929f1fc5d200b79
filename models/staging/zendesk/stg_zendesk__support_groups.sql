select
    'zendesk:' || id as group_id,
    'zendesk' as source,
    trim(name) as group_name
from {{ source('zendesk', 'groups') }}
