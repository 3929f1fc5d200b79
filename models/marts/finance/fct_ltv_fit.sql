-- Observed survival is the product of the shares kept at each age (Kaplan-Meier), so that young cohorts count as far as they go.
with observed as (
    select
        *,
        exp(sum(ln(nullif(at_risk_count - lost_count, 0) / nullif(at_risk_count, 0))) over ages) as kept_ratio,
        count(*) filter (where lost_count = at_risk_count) over ages as ends_count
    from {{ ref('int_survival_ages__latest') }}
    window ages as (partition by segment_kind, segment order by age_months)
)

select
    fitted.segment_kind || '|' || fitted.segment || '|' || fitted.age_months as ltv_fit_id,
    cast(fitted.period_on as date) as period_on,
    cast(fitted.segment_kind as varchar) as segment_kind,
    cast(fitted.segment as varchar) as segment,
    cast(fitted.age_months as integer) as age_months,
    observed.at_risk_count,
    observed.lost_count,
    case
        when fitted.age_months = 0 then 1
        when observed.at_risk_count = 0 then null
        when observed.ends_count > 0 then 0
        else round(observed.kept_ratio, 10)
    end as observed_survival_ratio,
    case when not isnan(fitted.survival_ratio) then fitted.survival_ratio end as fitted_survival_ratio,
    case when not isnan(fitted.survival_low) then fitted.survival_low end as fitted_survival_low_ratio,
    case when not isnan(fitted.survival_high) then fitted.survival_high end as fitted_survival_high_ratio
from {{ ref('int_subscription_survival__fitted') }} as fitted
left join observed
    on
        fitted.segment_kind = observed.segment_kind
        and fitted.segment = observed.segment
        and fitted.age_months = observed.age_months
