-- What ran in production and when; after a rollback the older tag is in force again, by the deployment that brought it back.
select
    deployment_id,
    release_tag,
    deployed_at as from_at,
    lead(deployed_at) over (order by deployed_at, deployment_id) as to_at
from {{ ref('int_deployments__judged') }}
where {{ local_date('deployed_at') }} <= {{ as_of() }}
