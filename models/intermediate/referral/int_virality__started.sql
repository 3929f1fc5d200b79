-- What the projection starts from: the latest mature cohort with a cycle time. Columns in the order that the projection reads.
select
    user_count as users_at_start,
    invitations_per_user,
    conversion_ratio,
    k_interval_low,
    k_interval_high,
    -- Users invited on the day of the activation who were active the same day still take one.
    greatest(cycle_days, 1) as cycle_days,
    {{ threshold('virality_projection_horizon_days', 'double') }} as horizon_days,
    greatest({{ threshold('virality_projection_ceiling_users', 'double') }}, user_count) as ceiling_users
from {{ ref('int_k_factors__banded') }}
where scope_kind = 'total' and maturity = 'mature' and cycle_days is not null and k_interval_low is not null
qualify row_number() over (order by period_on desc) = 1
