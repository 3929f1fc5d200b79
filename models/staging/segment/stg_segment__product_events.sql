-- What was done before the first sign-in is nobody's.
select
    'segment:' || id as product_event_id,
    'segment' as source,
    'segment:' || user_id as user_id,
    lower(regexp_replace(trim(event), '[^A-Za-z0-9]+', '_', 'g')) as event_name,
    occurred_at
from {{ source('segment', 'tracks') }}
where user_id is not null
