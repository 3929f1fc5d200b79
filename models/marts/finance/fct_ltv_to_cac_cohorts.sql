{#- Weights have ten decimals; the ratio is exact once both sides are whole. -#}
{%- set shared = 'nullif(weight, 0) * 10000000000' -%}
{%- set spent = 'nullif(cost, 0) * 10000000000' -%}
with costs as (
    select
        *,
        unnest(['all', channel]) as cost_channel
    from {{ ref('fct_acquisition_monthly') }}
    where is_complete
),

windows as (
    select unnest(['month', 'trailing_3m']) as cac_window, unnest([0, 2]) as months_before
),

windowed as (
    select
        windows.cac_window,
        windows.months_before,
        ends.period_on,
        ends.cost_channel as channel,
        sum(inside.media_amount) as media_amount,
        sum(inside.media_amount + inside.other_cost_amount) as loaded_amount,
        sum(inside.new_account_weight) as account_weight,
        sum(inside.paid_new_account_weight) as paid_weight
    from (select distinct period_on, cost_channel from costs) as ends
    cross join windows
    inner join costs as inside
        on
            ends.cost_channel = inside.cost_channel
            and inside.period_on between ends.period_on - to_months(windows.months_before) and ends.period_on
    group by windows.cac_window, windows.months_before, ends.period_on, ends.cost_channel
),

-- The cohorts of the same months, together: only when each of them is old enough.
pooled as (
    select
        windowed.*,
        cohorts.age_months,
        cast(sum(cohorts.account_count) as bigint) as account_count,
        bool_and(cohorts.is_mature) as is_mature,
        cast(sum(cohorts.gross_margin_amount) as decimal(18, 4)) as gross_margin_amount,
        cast(sum(cohorts.gross_margin_squares) as hugeint) as squares
    from windowed
    inner join {{ ref('fct_ltv_cohorts') }} as cohorts
        on
            windowed.channel = cohorts.channel
            and cohorts.acquisition_month between windowed.period_on - to_months(windowed.months_before) and windowed.period_on
    group by all
),

paired as (
    select
        * exclude (media_amount, loaded_amount, account_weight, paid_weight),
        case when is_mature then {{ scale_amount('gross_margin_amount', '1', 'account_count') }} end as amount,
        {{ half_interval('account_count', 'cast(gross_margin_amount * 10000 as hugeint)', 'squares') }} as half_amount,
        unnest([
            {%- for scope, cost, weight in [('paid', 'media', 'paid'), ('blended', 'media', 'account'), ('fully_loaded', 'loaded', 'account')] %}
            {
                'cac_scope': '{{ scope }}',
                'cost': cast({{ cost }}_amount as decimal(18, 4)),
                'weight': cast({{ weight }}_weight as decimal(18, 10))
            }{{ "," if not loop.last }}
            {%- endfor %}
        ], recursive := true)
    from pooled
),

divided as (
    select
        *,
        {{ scale_amount('cost', '10000000000', 'nullif(weight * 10000000000, 0)') }} as cac_amount,
        {{ scale_amount('amount', shared, spent) }} as amount_to_cac,
        {{ scale_amount('cast(amount - half_amount as decimal(18, 4))', shared, spent) }} as low_to_cac,
        {{ scale_amount('cast(amount + half_amount as decimal(18, 4))', shared, spent) }} as high_to_cac,
        case
            when not is_mature then 'not_mature'
            when account_count < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
            when weight = 0 then 'no_new_accounts'
            when cost = 0 then 'no_cost'
            else 'ok'
        end as status
    from paired
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
        cohorts.value as cohorts,
        count(earlier.period_on) as passed_cohort_count
    from passed
    cross join (select cast(value as integer) as value from {{ ref('thresholds') }} where name = 'ltv_repeatable_cohorts') as cohorts
    left join passed as earlier
        on
            earlier.passes_1x
            and passed.cac_window = earlier.cac_window
            and passed.channel = earlier.channel
            and passed.age_months = earlier.age_months
            and passed.cac_scope = earlier.cac_scope
            and earlier.period_on > passed.period_on - to_months(cohorts.value)
            and earlier.period_on <= passed.period_on
    group by all
)

select
    concat_ws('|', period_on, cac_window, channel, age_months, cac_scope) as ltv_to_cac_cohort_id,
    period_on,
    cac_window,
    channel,
    age_months,
    cac_scope,
    account_count,
    amount as ltv_amount,
    cast(amount - half_amount as decimal(18, 4)) as ltv_low_amount,
    cast(amount + half_amount as decimal(18, 4)) as ltv_high_amount,
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
        when 'not_enough_data' then format('{} accounts, under minimum_sample_size', account_count)
        when 'no_new_accounts' then 'no new account is credited to it in the window'
        when 'no_cost' then 'nothing was spent on it in the window'
    end as reason
from repeated
