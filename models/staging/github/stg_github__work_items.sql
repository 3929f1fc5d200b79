-- An issue with several kinds is the first of bug, feature, debt, chore.
select
    'github:' || number as work_item_id,
    'github' as source,
    case
        when {{ has_label('labels', 'bug') }} then 'bug'
        when {{ has_label('labels', 'feature') }} then 'feature'
        when {{ has_label('labels', 'debt') }} then 'debt'
        when {{ has_label('labels', 'chore') }} then 'chore'
    end as kind,
    case when {{ has_label('labels', 'planned') }} then true when {{ has_label('labels', 'unplanned') }} then false end as is_planned,
    try_cast({{ label_value('labels', 'points') }} as integer) as points,
    {{ label_value('labels', 'release') }} as release_tag,
    created_at as opened_at,
    closed_at
from {{ source('github', 'issues') }}
