-- What is deployed is a tag, or the 40 hex digits of a bare commit. Whose account is gone is not known to be a pipeline.
select
    'github:' || id as deployment_id,
    'github' as source,
    case when not regexp_full_match(ref, '[0-9a-f]{40}') then ref end as release_tag,
    lower(trim(environment)) as environment,
    coalesce(creator_type = 'Bot', false) as is_automated,
    created_at
from {{ source('github', 'deployments') }}
