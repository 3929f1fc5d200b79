-- From the baseline's rules to each policy's, one switch at a time: what one step changes is that switch's doing.
{%- set switches = [
    'discounts_counted', 'paused_collection_counts', 'past_due_counts', 'churn_dated_at', 'drops_joined_and_left', 'window_days',
    'movement_grain', 'churn_denominator_includes_new',
] %}

with policies as (
    select * from {{ ref('mrr_policies') }}
),

pairs as (
    select
        {%- for switch in switches %}
        baseline.{{ switch }} as baseline_{{ switch }},
        policies.{{ switch }} as policy_{{ switch }},
        {%- endfor %}
        policies.policy,
        policies.is_baseline
    from policies
    inner join policies as baseline
        on baseline.is_baseline
),

steps as (
    select
        {%- for switch in switches %}
        baseline_{{ switch }} as {{ switch }},
        {%- endfor %}
        policy,
        is_baseline,
        0 as step,
        cast(null as varchar) as reason,
        cast(null as varchar) as baseline_setting,
        cast(null as varchar) as policy_setting
    from pairs
    {%- for changed in switches %}
    {%- set step = loop.index %}
    union all
    select
        {%- for switch in switches %}
        {{ 'policy' if loop.index <= step else 'baseline' }}_{{ switch }} as {{ switch }},
        {%- endfor %}
        policy,
        is_baseline,
        {{ step }} as step,
        '{{ changed }}' as reason,
        cast(baseline_{{ changed }} as varchar) as baseline_setting,
        cast(policy_{{ changed }} as varchar) as policy_setting
    from pairs
    where baseline_{{ changed }} is distinct from policy_{{ changed }}
    {%- endfor %}
)

select
    *,
    -- Equal rules are computed once, whichever policies and steps have them.
    {% for switch in switches -%}
    coalesce(cast({{ switch }} as varchar), 'none'){{ " || '|' || " if not loop.last }}
    {%- endfor %} as ruleset_id,
    lag(ruleset_id) over (partition by policy order by step) as previous_ruleset_id,
    step = max(step) over (partition by policy) as is_last
from steps
