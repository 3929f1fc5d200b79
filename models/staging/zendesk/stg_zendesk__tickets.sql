select
    'zendesk:' || id as ticket_id,
    'zendesk' as source,
    case via_channel when 'mobile' then 'in_app' else via_channel end as channel,
    'zendesk:' || organization_id as organisation_id,
    'zendesk:' || requester_id as requester_id,
    'zendesk:' || submitter_id as submitter_id,
    'zendesk:' || schedule_id as schedule_id,
    {{ spaced_tags('tags') }} as tags,
    {{ label_value('tags', 'release') }} as release_tag,
    auto_category,
    category,
    created_at,
    updated_at
from {{ source('zendesk', 'tickets') }}
