select
    'feedback:' || id as feedback_id,
    'feedback' as source,
    reporter_kind,
    'segment:' || nullif(trim(user_id), '') as user_id,
    'stripe:' || nullif(trim(account_id), '') as billing_account_id,
    {{ spaced_tags('tags') }} as tags,
    'zendesk:' || nullif(trim(ticket_id), '') as ticket_id,
    'feedback:' || cluster_id as cluster_id,
    submitted_at,
    closed_at,
    notified_at
from {{ source('feedback', 'items') }}
