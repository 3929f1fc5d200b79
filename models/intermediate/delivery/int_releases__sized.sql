with areas as (
    select
        release_tag,
        unnest(string_split(areas, ' ')) as area
    from {{ ref('int_pull_requests__released') }}
    where release_tag is not null
    union
    select
        release_tag,
        unnest(string_split(recorded_areas, ' ')) as area
    from {{ ref('int_releases__recorded') }}
),

counted_areas as (
    select
        release_tag,
        count(distinct area) as area_count,
        string_agg(distinct area, ' ' order by area) as areas
    from areas
    where area <> ''
    group by release_tag
),

counted_changes as (
    select
        release_tag,
        count(*) as pull_request_count,
        sum(line_count) as line_count,
        sum(changed_file_count) as changed_file_count,
        count(distinct decision_id) as decision_count
    from {{ ref('int_pull_requests__released') }}
    where release_tag is not null
    group by release_tag
),

sized as (
    select
        releases.release_tag,
        cast(coalesce(changes.pull_request_count, 0) as integer) as pull_request_count,
        cast(coalesce(changes.line_count, 0) as bigint) as line_count,
        cast(coalesce(changes.changed_file_count, 0) as bigint) as changed_file_count,
        cast(coalesce(changes.decision_count, 0) as integer) as decision_count,
        cast(coalesce(counted_areas.area_count, 0) as integer) as area_count,
        counted_areas.areas
    from {{ ref('int_releases__recorded') }} as releases
    left join counted_changes as changes on releases.release_tag = changes.release_tag
    left join counted_areas on releases.release_tag = counted_areas.release_tag
)

select
    release_tag,
    pull_request_count,
    line_count,
    changed_file_count,
    decision_count,
    area_count,
    areas,
    -- A release whose changes nobody lists has no size to judge.
    pull_request_count > 0 as is_sized,
    pull_request_count between 1 and {{ threshold('release_attributable_pull_requests') }}
    and area_count <= {{ threshold('release_attributable_areas') }} as is_attributable
from sized
