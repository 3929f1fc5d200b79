select
    rollouts.release_tag,
    rollouts.ring,
    rings.ring_number,
    rollouts.started_at,
    lag(rollouts.started_at) over reached as before_started_at,
    -- A ring is in order when no wider one was reached before it.
    coalesce(
        max(rings.ring_number) over (
            partition by rollouts.release_tag order by rollouts.started_at, rings.ring_number rows between unbounded preceding and 1 preceding
        ) < rings.ring_number,
        true
    ) as is_in_order
from {{ ref('release_rollouts') }} as rollouts
inner join {{ ref('release_rings') }} as rings
    on rollouts.ring = rings.ring
where {{ local_date('rollouts.started_at') }} <= {{ as_of() }}
window reached as (partition by rollouts.release_tag order by rollouts.started_at, rings.ring_number)
