select
    'zendesk:' || id as rating_id,
    'zendesk' as source,
    'zendesk:' || ticket_id as ticket_id,
    cast(null as integer) as score,
    score as answer,
    created_at as rated_at
from {{ source('zendesk', 'satisfaction_ratings') }}
