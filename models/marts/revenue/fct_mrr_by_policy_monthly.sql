{%- set measures = [
    'opening_mrr', 'new_mrr', 'reactivation_mrr', 'expansion_mrr', 'contraction_mrr', 'churn_mrr', 'closing_mrr', 'opening_count',
    'new_count', 'reactivated_count', 'churned_count', 'closing_count', 'churn_denominator_count',
] -%}
select
    policies.policy || '|' || movements.account_id || '|' || cast(movements.period_on as varchar) as policy_movement_id,
    policies.policy,
    movements.period_on,
    movements.period_ends_on,
    movements.account_id,
    policies.is_baseline,
    policies.movement_grain,
    {%- for measure in measures %}
    movements.{{ measure }},
    {%- endfor %}
    movements.is_complete
from {{ ref('int_account_mrr__by_policy') }} as movements
inner join {{ ref('int_mrr_policies__stepped') }} as policies
    on movements.ruleset_id = policies.ruleset_id
where policies.is_last
