-- What each switch, taken after the ones before it, changes in an account's month.
{%- set measures = [
    'opening_mrr', 'new_mrr', 'reactivation_mrr', 'expansion_mrr', 'contraction_mrr', 'churn_mrr', 'closing_mrr', 'opening_count',
    'new_count', 'reactivated_count', 'churned_count', 'closing_count', 'churn_denominator_count',
] %}

with steps as (
    select * from {{ ref('int_mrr_policies__stepped') }}
    where step > 0
),

signed as (
    {%- for ruleset, sign in [('ruleset_id', 1), ('previous_ruleset_id', -1)] %}
    {{ "union all" if not loop.first }}
    select
        {%- for measure in measures %}
        {{ sign }} * movements.{{ measure }} as {{ measure }},
        {%- endfor %}
        steps.policy,
        steps.step,
        steps.reason,
        steps.baseline_setting,
        steps.policy_setting,
        movements.period_on,
        movements.account_id,
        movements.is_complete
    from steps
    inner join {{ ref('int_account_mrr__by_policy') }} as movements
        on steps.{{ ruleset }} = movements.ruleset_id
    {%- endfor %}
)

select
    policy || '|' || account_id || '|' || cast(period_on as varchar) || '|' || reason as policy_reason_id,
    policy,
    period_on,
    account_id,
    step,
    reason,
    coalesce(baseline_setting, 'none') as baseline_setting,
    coalesce(policy_setting, 'none') as policy_setting,
    {%- for measure in measures %}
    cast(sum({{ measure }}) as {{ 'integer' if measure.endswith('_count') else 'decimal(18, 4)' }}) as {{ measure }}_difference,
    {%- endfor %}
    is_complete
from signed
group by policy, period_on, account_id, step, reason, baseline_setting, policy_setting, is_complete
having
{%- for measure in measures %}
    {{ "or " if not loop.first }}sum({{ measure }}) != 0
{%- endfor %}
