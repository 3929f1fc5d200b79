select
    'feedback:' || id as cluster_id,
    'feedback' as source,
    name as cluster_name,
    'decisions:' || nullif(trim(decision_id), '') as decision_id,
    release_tag,
    created_at
from {{ source('feedback', 'clusters') }}
