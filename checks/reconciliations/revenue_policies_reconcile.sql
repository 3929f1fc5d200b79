-- The baseline's rows are the house's movements, every policy's identity holds, and a policy's difference from the baseline is the
-- sum of its reasons: to the smallest unit, for every account and month.
{%- set amounts = ['opening_mrr', 'new_mrr', 'reactivation_mrr', 'expansion_mrr', 'contraction_mrr', 'churn_mrr', 'closing_mrr'] %}
{%- set counts = {
    'opening_count': 'opening_account_count',
    'new_count': 'new_account_count',
    'reactivated_count': 'reactivated_account_count',
    'churned_count': 'churned_account_count',
    'closing_count': 'closing_account_count',
    'churn_denominator_count': 'opening_account_count',
} %}
{%- set measures = amounts + (counts | list) %}

with policies as (
    select * from {{ ref('fct_mrr_by_policy_monthly') }}
),

baseline_less_house as (
    select
        {%- for measure in measures %}
        {{ measure }},
        {%- endfor %}
        account_id,
        period_on
    from policies
    where is_baseline
    union all
    select
        {%- for amount in amounts %}
        -{{ amount }} as {{ amount }},
        {%- endfor %}
        {%- for count, house_count in counts.items() %}
        -{{ house_count }} as {{ count }},
        {%- endfor %}
        account_id,
        period_on
    from {{ ref('fct_account_mrr_monthly') }}
),

-- A policy, less the baseline for each policy, less the policy's reasons.
policy_less_reasons as (
    select
        {%- for measure in measures %}
        {{ measure }},
        {%- endfor %}
        policy,
        account_id,
        period_on
    from policies
    union all
    select
        {%- for measure in measures %}
        -policies.{{ measure }} as {{ measure }},
        {%- endfor %}
        others.policy,
        policies.account_id,
        policies.period_on
    from policies
    cross join (select policy from {{ ref('mrr_policies') }}) as others
    where policies.is_baseline
    union all
    select
        {%- for measure in measures %}
        -{{ measure }}_difference as {{ measure }},
        {%- endfor %}
        policy,
        account_id,
        period_on
    from {{ ref('mrr_policy_reconciliation') }}
)

select
    'the baseline is not the house' as fault,
    cast(null as varchar) as policy,
    account_id,
    period_on
from baseline_less_house
group by account_id, period_on
having
    count(*) = 0
    {%- for measure in measures %}
    or sum({{ measure }}) != 0
    {%- endfor %}
union all
select
    'the reasons are not the difference' as fault,
    policy,
    account_id,
    period_on
from policy_less_reasons
group by policy, account_id, period_on
having
    count(*) = 0
    {%- for measure in measures %}
    or sum({{ measure }}) != 0
    {%- endfor %}
union all
select
    'opening and movements are not closing' as fault,
    policy,
    account_id,
    period_on
from policies
where opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr != closing_mrr
