{#- Months are whole millionths, so that their product with money is exact. -#}
{%- set lived = 'nullif(windows.paying_account_months, 0) * 1000000' -%}
with horizon as (
    select cast(value as bigint) as months from {{ ref('thresholds') }}
    where name = 'ltv_horizon_months'
),

observed as (
    select
        period_on,
        segment_kind,
        segment,
        at_risk_count as observed_account_count
    from {{ ref('int_survival_ages__summed') }}
    where age_months = 1
),

months as (
    select
        windows.period_on,
        windows.segment_kind,
        windows.segment,
        coalesce(fits.is_converged, false) as is_converged,
        nullif(cast(fits.reason as varchar), '') as fit_reason,
        cast(case when fits.is_converged then fits.expected_months end as double) as expected_months,
        cast(round(least(horizon.months, 1 / nullif(churn.churn_high, 0)) * 1000000) as hugeint) as shortest,
        cast(round(least(horizon.months, coalesce(1 / nullif(churn.churn_low, 0), horizon.months)) * 1000000) as hugeint) as longest,
        cast(round(case when fits.is_converged then fits.expected_months end * 1000000) as hugeint) as predicted,
        cast(round(case when fits.is_converged then fits.expected_months_low end * 1000000) as hugeint) as predicted_low,
        cast(round(case when fits.is_converged then fits.expected_months_high end * 1000000) as hugeint) as predicted_high
    from {{ ref('int_ltv_windows__summed') }} as windows
    cross join horizon
    left join {{ ref('int_ltv_churn__estimated') }} as churn
        on
            windows.period_on = churn.period_on
            and windows.segment_kind = churn.segment_kind
            and windows.segment = churn.segment
    left join {{ ref('int_subscription_lifetimes__fitted') }} as fits
        on
            windows.period_on = fits.period_on
            and windows.segment_kind = fits.segment_kind
            and windows.segment = fits.segment
)

select
    windows.period_on,
    windows.segment_kind,
    windows.segment,
    coalesce(observed.observed_account_count, 0) as observed_account_count,
    windows.margin_amount,
    windows.paying_account_months,
    windows.opening_account_count,
    windows.churned_account_count,
    coalesce(windows.churned_account_count * horizon.months <= windows.opening_account_count, true) as is_capped,
    case
        when windows.churned_account_count * horizon.months <= windows.opening_account_count
            then {{ scale_amount('windows.margin_amount', 'horizon.months', 'nullif(windows.paying_account_months, 0)') }}
        else {{ scale_amount(
            'windows.margin_amount',
            'windows.opening_account_count',
            'nullif(windows.paying_account_months * windows.churned_account_count, 0)'
        ) }}
    end as ltv_simple_amount,
    {{ scale_amount('windows.margin_amount', 'months.shortest', lived) }} as ltv_simple_low_amount,
    {{ scale_amount('windows.margin_amount', 'months.longest', lived) }} as ltv_simple_high_amount,
    months.is_converged,
    months.fit_reason,
    months.expected_months,
    {{ scale_amount('windows.margin_amount', 'months.predicted', lived) }} as ltv_predictive_amount,
    {{ scale_amount('windows.margin_amount', 'months.predicted_low', lived) }} as ltv_predictive_low_amount,
    {{ scale_amount('windows.margin_amount', 'months.predicted_high', lived) }} as ltv_predictive_high_amount
from {{ ref('int_ltv_windows__summed') }} as windows
cross join horizon
left join observed
    on
        windows.period_on = observed.period_on
        and windows.segment_kind = observed.segment_kind
        and windows.segment = observed.segment
inner join months
    on
        windows.period_on = months.period_on
        and windows.segment_kind = months.segment_kind
        and windows.segment = months.segment
