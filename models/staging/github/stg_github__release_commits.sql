select
    'github:' || release_id as release_id,
    'github:' || sha as commit_id,
    'github' as source
from {{ source('github', 'release_commits') }}
