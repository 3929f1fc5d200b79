-- Three logs with ids of their own: the kind goes into the id.
select
    'helpcenter:article_view:' || id as help_event_id,
    'helpcenter' as source,
    'article_view' as help_kind,
    'segment:' || nullif(trim(user_id), '') as user_id,
    'helpcenter:' || article_id as article_id,
    cast(null as boolean) as is_answered,
    viewed_at as occurred_at
from {{ source('helpcenter', 'article_views') }}
union all
select
    'helpcenter:search:' || id as help_event_id,
    'helpcenter' as source,
    'search' as help_kind,
    'segment:' || nullif(trim(user_id), '') as user_id,
    cast(null as varchar) as article_id,
    results > 0 as is_answered,
    searched_at as occurred_at
from {{ source('helpcenter', 'searches') }}
union all
select
    'helpcenter:bot:' || id as help_event_id,
    'helpcenter' as source,
    'bot' as help_kind,
    'segment:' || nullif(trim(user_id), '') as user_id,
    cast(null as varchar) as article_id,
    coalesce(resolved, false) as is_answered,
    started_at as occurred_at
from {{ source('helpcenter', 'bot_sessions') }}
