{#- Weights have ten decimals; the ratio is exact once both sides are whole. -#}
{%- set shared = 'nullif(pair.weight, 0) * 10000000000' -%}
{%- set spent = 'nullif(pair.cost, 0) * 10000000000' -%}
with costs as (
    select
        period_on,
        cost_channel as channel,
        sum(media_amount) as media_amount,
        sum(media_amount + other_cost_amount) as loaded_amount,
        sum(new_account_weight) as account_weight,
        sum(paid_new_account_weight) as paid_weight
    from (
        select
            *,
            unnest(['all', channel]) as cost_channel
        from {{ ref('fct_acquisition_monthly') }}
    )
    where is_complete
    group by period_on, cost_channel
),

settings as (
    select
        max(case when name = 'minimum_sample_size' then value end) as minimum_sample,
        cast(max(case when name = 'ltv_repeatable_cohorts' then value end) as integer) as cohorts
    from {{ ref('thresholds') }}
),

paired as (
    select
        cohorts.*,
        unnest([
            {%- for scope, cost, weight in [('paid', 'media', 'paid'), ('blended', 'media', 'account'), ('fully_loaded', 'loaded', 'account')] %}
            {
                'cac_scope': '{{ scope }}',
                'cost': cast(costs.{{ cost }}_amount as decimal(18, 4)),
                'weight': cast(costs.{{ weight }}_weight as decimal(18, 10))
            }{{ "," if not loop.last }}
            {%- endfor %}
        ]) as pair
    from {{ ref('fct_ltv_cohorts') }} as cohorts
    inner join costs on cohorts.acquisition_month = costs.period_on and cohorts.channel = costs.channel
),

divided as (
    select
        paired.acquisition_month,
        paired.channel,
        paired.age_months,
        paired.account_count,
        paired.gross_margin_per_account_amount as amount,
        paired.gross_margin_per_account_low_amount as low,
        paired.gross_margin_per_account_high_amount as high,
        pair.cac_scope,
        pair.cost,
        pair.weight,
        settings.minimum_sample,
        settings.cohorts,
        {{ scale_amount('pair.cost', '10000000000', 'nullif(pair.weight * 10000000000, 0)') }} as cac_amount,
        {{ scale_amount('paired.gross_margin_per_account_amount', shared, spent) }} as amount_to_cac,
        {{ scale_amount('paired.gross_margin_per_account_low_amount', shared, spent) }} as low_to_cac,
        {{ scale_amount('paired.gross_margin_per_account_high_amount', shared, spent) }} as high_to_cac,
        case
            when not paired.is_mature then 'not_mature'
            when paired.account_count < settings.minimum_sample then 'not_enough_data'
            when pair.weight = 0 then 'no_new_accounts'
            when pair.cost = 0 then 'no_cost'
            else 'ok'
        end as status
    from paired
    cross join settings
),

passed as (
    select
        *,
        case when status = 'ok' then low_to_cac > 1 end as passes_1x,
        case when status = 'ok' then low_to_cac > 3 end as passes_3x
    from divided
),

repeated as (
    select
        passed.*,
        count(earlier.acquisition_month) as passed_cohort_count
    from passed
    left join passed as earlier
        on
            earlier.passes_1x
            and passed.channel = earlier.channel
            and passed.age_months = earlier.age_months
            and passed.cac_scope = earlier.cac_scope
            and earlier.acquisition_month > passed.acquisition_month - to_months(passed.cohorts)
            and earlier.acquisition_month <= passed.acquisition_month
    group by all
)

select
    concat_ws('|', acquisition_month, channel, age_months, cac_scope) as ltv_to_cac_cohort_id,
    acquisition_month,
    channel,
    age_months,
    cac_scope,
    account_count,
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
    case when status = 'ok' then passed_cohort_count = cohorts end as is_repeatable,
    status,
    case status
        when 'not_mature' then format('the first {} months are not all over and booked', age_months)
        when 'not_enough_data'
            then format('{} accounts, under minimum_sample_size = {}', account_count, cast(minimum_sample as integer))
        when 'no_new_accounts' then 'no new account is credited to it in the month'
        when 'no_cost' then 'nothing was spent on it in the month'
    end as reason
from repeated
