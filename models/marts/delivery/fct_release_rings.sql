select
    concat_ws('|', rings.release_tag, rings.ring) as release_ring_id,
    rings.release_tag,
    releases.release_kind,
    rings.ring,
    rings.ring_number,
    rings.started_at,
    {{ local_date('rings.started_at') }} as started_on,
    date_diff('second', rings.before_started_at, rings.started_at) // 3600 as hours_since_ring_before,
    rings.is_in_order
from {{ ref('int_release_rollouts__followed') }} as rings
inner join {{ ref('fct_releases') }} as releases
    on rings.release_tag = releases.release_tag
