-- Movements of every account and month under every set of rules. What moves is an account or an item (an entity), by the rules' grain.
with rulesets as (
    select distinct on (ruleset_id)
        * exclude (policy, is_baseline, step, reason, baseline_setting, policy_setting, previous_ruleset_id, is_last)
    from {{ ref('int_mrr_policies__stepped') }}
),

windows as (
    select
        rulesets.*,
        periods.period_on,
        periods.period_ends_on,
        periods.is_complete,
        periods.closing_on,
        coalesce(cast(periods.closing_on - rulesets.window_days as date), periods.opening_on) as opening_on
    from {{ ref('int_periods__spined') }} as periods
    cross join rulesets
    where periods.clock = 'month'
),

counted_items as (
    select
        rulesets.ruleset_id,
        items.account_id,
        case rulesets.movement_grain when 'item' then items.subscription_item_id else items.account_id end as entity_id,
        items.from_on,
        items.to_on,
        items.mrr
    from rulesets
    inner join {{ ref('int_subscription_items__priced') }} as items
        on
            rulesets.discounts_counted = items.discounts_counted
            or (items.discounts_counted = 'recurring' and not items.is_contested)
    where
        items.is_recurring
        and items.mrr > 0
        and (items.is_counting or rulesets.paused_collection_counts)
        and (items.status != 'past_due' or rulesets.past_due_counts)
        and (not items.is_cancelling or rulesets.churn_dated_at = 'end_of_service')
),

paid_first as (
    select
        ruleset_id,
        entity_id,
        min(from_on) as first_paid_on
    from counted_items
    group by ruleset_id, entity_id
),

{% for end in ['opening', 'closing'] -%}
{{ end }}s as (
    select
        windows.ruleset_id,
        windows.period_on,
        items.account_id,
        items.entity_id,
        sum(items.mrr) as mrr
    from windows
    inner join counted_items as items
        on
            windows.ruleset_id = items.ruleset_id
            and items.from_on <= windows.{{ end }}_on
            and windows.{{ end }}_on < items.to_on
    group by windows.ruleset_id, windows.period_on, items.account_id, items.entity_id
),

{% endfor -%}
netted as (
    select
        ruleset_id,
        period_on,
        account_id,
        entity_id,
        coalesce(openings.mrr, 0) as opening,
        coalesce(closings.mrr, 0) as closing,
        0 as passed
    from openings
    full outer join closings using (ruleset_id, period_on, account_id, entity_id)
),

-- Paid inside the window, but at neither of its ends; worth what it paid on its last day.
passing as (
    select
        windows.ruleset_id,
        windows.period_on,
        items.account_id,
        items.entity_id,
        sum(items.mrr) as passed
    from windows
    inner join counted_items as items
        on
            windows.ruleset_id = items.ruleset_id
            and items.from_on <= windows.closing_on
            and items.to_on > windows.opening_on + 1
    anti join netted
        on
            windows.ruleset_id = netted.ruleset_id
            and windows.period_on = netted.period_on
            and items.entity_id = netted.entity_id
    where not windows.drops_joined_and_left
    group by windows.ruleset_id, windows.period_on, items.account_id, items.entity_id, items.to_on
    qualify row_number() over (
            partition by windows.ruleset_id, windows.period_on, items.entity_id order by items.to_on desc
        ) = 1
),

paired as (
    select * from netted
    union all by name
    select
        *,
        0 as opening,
        0 as closing
    from passing
),

described as (
    select
        paired.*,
        windows.period_ends_on,
        windows.is_complete,
        windows.churn_denominator_includes_new,
        paired.opening = 0 and paid_first.first_paid_on > windows.opening_on as is_new,
        paired.opening = 0 and paid_first.first_paid_on <= windows.opening_on as is_reactivated,
        paired.closing = 0 as is_churned,
        paired.opening > 0 and paired.closing > 0 as is_retained
    from paired
    inner join windows using (ruleset_id, period_on)
    inner join paid_first using (ruleset_id, entity_id)
)

select
    ruleset_id,
    period_on,
    period_ends_on,
    account_id,
    {%- set measures = {
        'opening_mrr': 'opening',
        'new_mrr': 'case when is_new then closing + passed else 0 end',
        'reactivation_mrr': 'case when is_reactivated then closing + passed else 0 end',
        'expansion_mrr': 'case when is_retained then greatest(closing - opening, 0) else 0 end',
        'contraction_mrr': 'case when is_retained then greatest(opening - closing, 0) else 0 end',
        'churn_mrr': 'case when is_churned then opening + passed else 0 end',
        'closing_mrr': 'closing',
    } %}
    {%- for measure, expression in measures.items() %}
    cast(sum({{ expression }}) as decimal(18, 4)) as {{ measure }},
    {%- endfor %}
    cast(count(*) filter (where opening > 0) as integer) as opening_count,
    cast(count(*) filter (where is_new) as integer) as new_count,
    cast(count(*) filter (where is_reactivated) as integer) as reactivated_count,
    cast(count(*) filter (where is_churned) as integer) as churned_count,
    cast(count(*) filter (where closing > 0) as integer) as closing_count,
    cast(count(*) filter (where opening > 0 or churn_denominator_includes_new) as integer) as churn_denominator_count,
    is_complete
from described
group by ruleset_id, period_on, period_ends_on, account_id, is_complete
