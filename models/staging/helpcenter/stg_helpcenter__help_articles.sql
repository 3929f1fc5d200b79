select
    'helpcenter:' || id as article_id,
    'helpcenter' as source,
    {{ snake_case('workflow') }} as workflow,
    caveats as caveat_count,
    published_at,
    updated_at
from {{ source('helpcenter', 'articles') }}
