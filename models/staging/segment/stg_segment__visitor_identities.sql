-- Calls without a user or without a browser tie nothing together.
select
    'segment:' || id as visitor_identity_id,
    'segment' as source,
    'segment:' || anonymous_id as visitor_id,
    'segment:' || user_id as user_id,
    identified_at
from {{ source('segment', 'identifies') }}
where anonymous_id is not null and user_id is not null
