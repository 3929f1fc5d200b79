select
    'github:' || sha as commit_id,
    'github' as source,
    'github:' || pull_number as pull_request_id,
    authored_at
from {{ source('github', 'commits') }}
