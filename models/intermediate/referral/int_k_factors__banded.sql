-- K before and after fraud beside each other, how old the cohort is, and the band of K. K is compared as a fraction of whole numbers.
with aged as (
    select
        estimated.*,
        gross.sent_count as sent_gross_count,
        gross.matured_count as matured_gross_count,
        gross.converted_count as converted_gross_count,
        gross.k_factor as k_factor_before_fraud,
        gross.k_interval_low as k_before_fraud_interval_low,
        gross.k_interval_high as k_before_fraud_interval_high,
        cycles.cycle_days,
        cycles.cycle_count,
        last_day(estimated.period_on) + {{ threshold('referral_sending_window_days') }} as last_sent_on,
        cast(estimated.sent_count as hugeint) * estimated.converted_count * 1000000 as k_numerator,
        cast(estimated.user_count as hugeint) * estimated.matured_count as k_denominator
    from {{ ref('int_k_factors__estimated') }} as estimated
    inner join {{ ref('int_k_factors__estimated') }} as gross
        on
            estimated.period_on = gross.period_on
            and estimated.scope_kind = gross.scope_kind
            and estimated.scope = gross.scope
            and gross.basis = 'all'
    inner join {{ ref('int_referral_sums__counted') }} as cycles
        on
            estimated.period_on = cycles.period_on
            and estimated.basis = cycles.basis
            and estimated.scope_kind = cycles.scope_kind
            and estimated.scope = cycles.scope
    where estimated.basis = 'without_fraud'
)

select
    * exclude (basis, last_sent_on, k_numerator, k_denominator),
    case
        when last_sent_on > {{ as_of() }} then 'sending'
        when last_sent_on + {{ threshold('referral_conversion_window_days') }} > {{ as_of() }} then 'converting'
        else 'mature'
    end as maturity,
    case
        when user_count < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
        when last_sent_on + {{ threshold('referral_conversion_window_days') }} > {{ as_of() }} then 'not_mature'
        when k_numerator > k_denominator * cast({{ threshold('virality_exponential_above', 'decimal(18, 6)') }} * 1000000 as hugeint)
            then 'exponential'
        when
            k_denominator > 0
            and k_numerator >= k_denominator * cast({{ threshold('virality_sustainable_from', 'decimal(18, 6)') }} * 1000000 as hugeint)
            then 'sustainable'
        else 'paid_acquisition_needed'
    end as band
from aged
