-- The messenger has no opening hours; whoever writes opens the conversation.
select
    'intercom:' || id as ticket_id,
    'intercom' as source,
    case source_type when 'conversation' then 'chat' else source_type end as channel,
    'intercom:' || company_id as organisation_id,
    'intercom:' || contact_id as requester_id,
    'intercom:' || contact_id as submitter_id,
    cast(null as varchar) as schedule_id,
    {{ spaced_tags('tags') }} as tags,
    {{ label_value('tags', 'release') }} as release_tag,
    cast(null as varchar) as auto_category,
    cast(null as varchar) as category,
    created_at,
    updated_at
from {{ source('intercom', 'conversations') }}
