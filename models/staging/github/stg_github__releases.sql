select
    'github:' || id as release_id,
    'github' as source,
    tag_name as release_tag,
    prerelease as is_prerelease,
    published_at
from {{ source('github', 'releases') }}
