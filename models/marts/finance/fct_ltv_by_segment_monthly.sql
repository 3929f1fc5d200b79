with sampled as (
    select
        valued.*,
        new_accounts.new_account_count,
        valued.observed_account_count < minimum.value as is_small,
        minimum.value as minimum_sample
    from {{ ref('int_ltv_segments__valued') }} as valued
    cross join (select value from {{ ref('thresholds') }} where name = 'minimum_sample_size') as minimum
    left join (
        select
            acquisition_month,
            segment_kind,
            segment,
            count(*) as new_account_count
        from ({{ by_lifetime_segment(ref('int_account_lifetimes__dated')) }})
        group by acquisition_month, segment_kind, segment
    ) as new_accounts
        on
            valued.period_on = new_accounts.acquisition_month
            and valued.segment_kind = new_accounts.segment_kind
            and valued.segment = new_accounts.segment
)

select
    cast(period_on as varchar) || '|' || segment_kind || '|' || segment as ltv_segment_id,
    period_on,
    segment_kind,
    segment,
    coalesce(new_account_count, 0) as new_account_count,
    observed_account_count,
    margin_amount,
    paying_account_months,
    opening_account_count,
    churned_account_count,
    is_capped,
    ltv_simple_amount,
    ltv_simple_low_amount,
    ltv_simple_high_amount,
    expected_months,
    ltv_predictive_amount,
    ltv_predictive_low_amount,
    ltv_predictive_high_amount,
    case
        when is_small then 'not_enough_data'
        when not is_converged then 'no_prediction'
        else 'ok'
    end as status,
    case
        when is_small
            then format('{} accounts observed for a month, under minimum_sample_size = {}', observed_account_count, cast(minimum_sample as integer))
        when not is_converged then coalesce(fit_reason, 'no account is observed for a month')
    end as reason
from sampled
