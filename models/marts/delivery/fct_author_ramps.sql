with numbered as (
    select
        author_id,
        first_commit_at,
        merged_at,
        row_number() over (partition by author_id order by merged_at nulls last, pull_request_id) as merged_number
    from {{ ref('int_pull_requests__released') }}
    where author_id is not null
),

found_ramp as (
    select
        author_id,
        min(first_commit_at) as first_commit_at,
        count(merged_at) as merged_count,
        min(case when merged_number = {{ threshold('ramp_merged_pull_requests') }} then merged_at end) as ramped_at
    from numbered
    group by author_id
)

select
    author_id,
    first_commit_at,
    {{ local_date('first_commit_at') }} as started_on,
    ramped_at,
    {{ local_date('ramped_at') }} as ramped_on,
    cast(merged_count as integer) as merged_count,
    cast({{ local_date('ramped_at') }} - {{ local_date('first_commit_at') }} as integer) as ramp_days,
    cast(ramped_at is not null as integer) as ramped_count
from found_ramp
where first_commit_at is not null
