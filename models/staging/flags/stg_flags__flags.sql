select
    'flags:' || key as flag_id,
    'flags' as source,
    kind,
    {{ snake_case('workflow') }} as workflow,
    core as is_core_workflow,
    experiment_id,
    release_tag,
    owner,
    created_at,
    rolled_out_at,
    archived_at,
    last_evaluated_at
from {{ source('flags', 'flags') }}
