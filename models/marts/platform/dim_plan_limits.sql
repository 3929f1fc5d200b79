select
    plan || '|' || limit_name || '|' || cast(valid_from_on as varchar) as plan_limit_id,
    plan,
    limit_name,
    boundary,
    driver,
    included_quantity,
    overage_unit_amount,
    currency,
    warn_at_ratio,
    included_quantity is not null as is_bounded,
    included_quantity is not null and overage_unit_amount is null as is_blocked_above,
    included_quantity is not null and warn_at_ratio is not null as has_warning,
    valid_from_on,
    lead(valid_from_on, 1, date '9999-12-31') over (partition by plan, limit_name order by valid_from_on) as valid_to_on
from {{ ref('plan_limits') }}
where valid_from_on <= {{ as_of() }}
