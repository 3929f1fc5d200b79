{#- Weights have ten decimals; the ratio is exact once both sides are whole. -#}
{%- set shared = 'nullif(pair.weight, 0) * 10000000000' -%}
{%- set spent = 'nullif(pair.cost, 0) * 10000000000' -%}
with costs as (
    select
        period_on,
        segment_kind,
        segment,
        sum(media_amount) as media_amount,
        sum(media_amount + other_cost_amount) as loaded_amount,
        sum(new_account_weight) as account_weight,
        sum(paid_new_account_weight) as paid_weight
    from (
        {{ by_lifetime_segment(ref('fct_acquisition_monthly'), without=['plan']) }}
    )
    where is_complete
    group by period_on, segment_kind, segment
),

windows as (
    select
        unnest(['month', 'trailing_3m']) as cac_window,
        unnest([0, 2]) as months_before
),

windowed as (
    select
        windows.cac_window,
        values_of.period_on,
        values_of.segment_kind,
        values_of.segment,
        sum(costs.media_amount) as media_amount,
        sum(costs.loaded_amount) as loaded_amount,
        sum(costs.account_weight) as account_weight,
        sum(costs.paid_weight) as paid_weight
    from {{ ref('fct_ltv_by_segment_monthly') }} as values_of
    cross join windows
    inner join costs
        on
            costs.segment_kind = values_of.segment_kind
            and costs.segment = values_of.segment and costs.period_on between values_of.period_on - to_months(windows.months_before) and values_of.period_on
    group by windows.cac_window, values_of.period_on, values_of.segment_kind, values_of.segment
),

paired as (
    select
        windowed.period_on,
        windowed.cac_window,
        windowed.segment_kind,
        windowed.segment,
        values_of.status,
        values_of.reason,
        unnest([
            {%- for reading in ['simple', 'predictive'] %}{% set outer = loop %}
            {%- for scope, cost, weight in [('paid', 'media', 'paid'), ('blended', 'media', 'account'), ('fully_loaded', 'loaded', 'account')] %}
            {
                'reading': '{{ reading }}', 'cac_scope': '{{ scope }}',
                'amount': values_of.ltv_{{ reading }}_amount,
                'low': values_of.ltv_{{ reading }}_low_amount,
                'high': values_of.ltv_{{ reading }}_high_amount,
                'cost': cast(windowed.{{ cost }}_amount as decimal(18, 4)),
                'weight': cast(windowed.{{ weight }}_weight as decimal(18, 10))
            }{{ "," if not (loop.last and outer.last) }}
            {%- endfor %}
            {%- endfor %}
        ]) as pair
    from windowed
    inner join {{ ref('fct_ltv_by_segment_monthly') }} as values_of
        on
            windowed.period_on = values_of.period_on
            and windowed.segment_kind = values_of.segment_kind
            and windowed.segment = values_of.segment
),

divided as (
    select
        * exclude (pair),
        pair.reading,
        pair.cac_scope,
        pair.amount,
        pair.low,
        pair.high,
        pair.cost,
        pair.weight,
        {{ scale_amount('pair.cost', '10000000000', 'nullif(pair.weight * 10000000000, 0)') }} as cac_amount,
        {{ scale_amount('pair.amount', shared, spent) }} as amount_to_cac,
        {{ scale_amount('pair.low', shared, spent) }} as low_to_cac,
        {{ scale_amount('pair.high', shared, spent) }} as high_to_cac
    from paired
),

judged as (
    select
        *,
        case
            when status = 'not_enough_data' then status
            when amount is null then 'no_prediction'
            when weight = 0 then 'no_new_accounts'
            when cost = 0 then 'no_cost'
            else 'ok'
        end as verdict_status
    from divided
),

passed as (
    select
        *,
        case when verdict_status = 'ok' then low_to_cac > 1 end as passes_1x,
        case when verdict_status = 'ok' then low_to_cac > 3 end as passes_3x
    from judged
),

repeated as (
    select
        passed.*,
        wanted.cohorts,
        count(earlier.period_on) as passed_cohort_count
    from passed
    cross join (select cast(value as integer) as cohorts from {{ ref('thresholds') }} where name = 'ltv_repeatable_cohorts') as wanted
    left join passed as earlier
        on
            earlier.passes_1x
            and passed.cac_window = earlier.cac_window
            and passed.segment_kind = earlier.segment_kind
            and passed.segment = earlier.segment
            and passed.reading = earlier.reading
            and passed.cac_scope = earlier.cac_scope
            and earlier.period_on > passed.period_on - to_months(wanted.cohorts)
            and earlier.period_on <= passed.period_on
    group by all
)

select
    cast(period_on as varchar) || '|' || cac_window || '|' || segment_kind || '|' || segment || '|' || reading || '|' || cac_scope as ltv_to_cac_id,
    period_on,
    cac_window,
    segment_kind,
    segment,
    reading as ltv_reading,
    cac_scope,
    amount as ltv_amount,
    low as ltv_low_amount,
    high as ltv_high_amount,
    cost as cost_amount,
    weight as new_account_weight,
    cac_amount,
    amount_to_cac as ltv_to_cac_ratio,
    low_to_cac as ltv_to_cac_low_ratio,
    high_to_cac as ltv_to_cac_high_ratio,
    passes_1x,
    passes_3x,
    passed_cohort_count,
    case when verdict_status = 'ok' then passed_cohort_count = cohorts end as is_repeatable,
    verdict_status as status,
    case verdict_status
        when 'no_new_accounts' then 'no new account is credited to it in the window'
        when 'no_cost' then 'nothing was spent on it in the window'
        when 'ok' then null else reason
    end as reason
from repeated
