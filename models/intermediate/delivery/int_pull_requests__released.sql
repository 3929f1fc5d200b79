with committed as (
    select
        pull_request_id,
        min(authored_at) as first_commit_at
    from {{ ref('commits') }}
    where pull_request_id is not null
    group by pull_request_id
),

deployed as (
    select
        release_tag,
        min(deployed_at) as deployed_at
    from {{ ref('int_deployments__judged') }}
    where release_tag is not null
    group by release_tag
),

found_first_release as (
    select
        commits.pull_request_id,
        releases.release_tag,
        deployed.deployed_at
    from {{ ref('release_commits') }} as held
    inner join {{ ref('commits') }} as commits
        on held.commit_id = commits.commit_id
    inner join {{ ref('releases') }} as releases
        on held.release_id = releases.release_id
    inner join deployed
        on releases.release_tag = deployed.release_tag
    where commits.pull_request_id is not null
    qualify row_number() over (partition by commits.pull_request_id order by deployed.deployed_at, releases.release_tag) = 1
),

dated as (
    select
        pull_request_id,
        author_id,
        decision_id,
        areas,
        teams,
        added_line_count + deleted_line_count as line_count,
        changed_file_count,
        opened_at,
        case when {{ local_date('merged_at') }} <= {{ as_of() }} then merged_at end as merged_at,
        case when {{ local_date('closed_at') }} <= {{ as_of() }} then closed_at end as closed_at
    from {{ ref('pull_requests') }}
    where {{ local_date('opened_at') }} <= {{ as_of() }}
)

select
    dated.pull_request_id,
    dated.author_id,
    dated.decision_id,
    dated.areas,
    dated.teams,
    cast(len(string_split(nullif(dated.teams, ''), ' ')) as integer) as team_count,
    dated.line_count,
    dated.changed_file_count,
    dated.opened_at,
    dated.merged_at,
    dated.closed_at,
    committed.first_commit_at,
    released.release_tag,
    released.deployed_at,
    {{ local_date('released.deployed_at') }} as deployed_on,
    date_diff('second', committed.first_commit_at, released.deployed_at) // 60 as lead_minutes
from dated
left join committed
    on dated.pull_request_id = committed.pull_request_id
-- What was never merged was never released, whoever copied its commits.
left join found_first_release as released
    on dated.pull_request_id = released.pull_request_id and dated.merged_at is not null
