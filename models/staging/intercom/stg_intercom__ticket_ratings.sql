-- Intercom keeps the last rating of a conversation; an old export has no time of it, then the last change stands for it.
select
    'intercom:' || id as rating_id,
    'intercom' as source,
    'intercom:' || id as ticket_id,
    rating as score,
    cast(null as varchar) as answer,
    coalesce(rated_at, updated_at) as rated_at
from {{ source('intercom', 'conversations') }}
where rating is not null
