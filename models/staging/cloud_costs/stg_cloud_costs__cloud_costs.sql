-- FOCUS writes its words in capitals; a commitment or a reservation that was paid and not used is idle.
select
    'cloud_costs:' || charge_id as cloud_cost_id,
    'cloud_costs' as source,
    cast(charge_period_start as date) as charged_on,
    service_name,
    service_category,
    lower(charge_category) as charge_category,
    coalesce(commitment_discount_status = 'Unused', false) or coalesce(capacity_reservation_status = 'Unused', false) as is_unused,
    upper(billing_currency) as currency,
    billed_cost as billed_amount,
    effective_cost as effective_amount,
    consumed_quantity,
    consumed_unit
from {{ source('cloud_costs', 'focus') }}
