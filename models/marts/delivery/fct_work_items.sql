with dated as (
    select
        work_item_id,
        coalesce(kind, 'unlabelled') as kind,
        is_planned,
        points,
        release_tag,
        opened_at,
        case when {{ local_date('closed_at') }} <= {{ as_of() }} then closed_at end as closed_at
    from {{ ref('work_items') }}
    where {{ local_date('opened_at') }} <= {{ as_of() }}
)

select
    work_item_id,
    kind,
    case when is_planned then 'planned' when not is_planned then 'unplanned' else 'unlabelled' end as planning,
    points,
    release_tag,
    opened_at,
    closed_at,
    {{ local_date('opened_at') }} as opened_on,
    {{ local_date('closed_at') }} as closed_on,
    date_diff('second', opened_at, closed_at) / 86400 as open_days,
    case when closed_at is null then cast({{ as_of() }} - {{ local_date('opened_at') }} as integer) end as age_days,
    1 as item_count,
    cast(closed_at is not null as integer) as closed_count,
    cast(closed_at is not null and is_planned is not null as integer) as labelled_count,
    cast(closed_at is not null and coalesce(is_planned, false) as integer) as planned_count,
    cast(closed_at is not null and kind = 'bug' as integer) as bug_count,
    cast(closed_at is not null and kind = 'debt' as integer) as debt_count,
    cast(case when closed_at is not null then coalesce(points, 0) else 0 end as integer) as closed_point_count,
    cast(case when closed_at is not null and kind in ('bug', 'debt') then coalesce(points, 0) else 0 end as integer) as drag_point_count
from dated
