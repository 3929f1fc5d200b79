select
    projected.cycle_number,
    projected.day_number,
    {{ as_of() }} + cast(floor(projected.day_number) as integer) as projected_on,
    started.users_at_start,
    started.invitations_per_user,
    started.conversion_ratio,
    started.invitations_per_user * started.conversion_ratio as k_factor,
    started.k_interval_low,
    started.k_interval_high,
    started.cycle_days,
    started.ceiling_users,
    projected.users as projected_users,
    projected.new_users as projected_new_users,
    projected.users_low as projected_users_low,
    projected.users_high as projected_users_high
from {{ ref('int_virality__projected') }} as projected
cross join {{ ref('int_virality__started') }} as started
