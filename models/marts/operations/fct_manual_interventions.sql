select
    interventions.intervention_id,
    interventions.account_id,
    interventions.kind,
    interventions.team,
    interventions.sop_id,
    interventions.performed_at,
    interventions.performed_on,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.plan, 'none') as plan,
    interventions.minute_count,
    1 as intervention_count,
    cast(interventions.sop_id is not null as integer) as sop_intervention_count
from {{ ref('int_interventions__counted') }} as interventions
left join {{ ref('int_account_months__segmented') }} as described
    on interventions.account_id = described.account_id and interventions.period_on = described.period_on
