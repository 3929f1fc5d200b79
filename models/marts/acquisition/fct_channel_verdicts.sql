with lifetime_values as (
    select
        period_on,
        segment_kind,
        segment,
        -- Where no lifetime could be fitted, the simple reading stands in.
        coalesce(ltv_predictive_low_amount, ltv_simple_low_amount) as ltv_low_amount
    from {{ ref('fct_ltv_by_segment_monthly') }}
    where segment_kind in ('channel', 'total') and status <> 'not_enough_data'
),

evidence as (
    select
        economics.*,
        {%- for name in [
            'channel_minimum_new_accounts', 'channel_double_down_ltv_to_cac', 'channel_cut_ltv_to_cac',
            'channel_maximum_conversion_cv', 'channel_maximum_marginal_ratio',
        ] %}
        {{ threshold(name, 'decimal(18, 6)') }} as {{ name | replace('channel_', '', 1) }},
        {%- endfor %}
        coalesce(own.ltv_low_amount, whole.ltv_low_amount) as ltv_low_amount,
        case
            when own.ltv_low_amount is not null then 'channel'
            when whole.ltv_low_amount is not null then 'total'
        end as ltv_scope
    from {{ ref('fct_channel_economics_monthly') }} as economics
    left join lifetime_values as own
        on economics.period_on = own.period_on and own.segment_kind = 'channel' and economics.channel = own.segment
    left join lifetime_values as whole
        on economics.period_on = whole.period_on and whole.segment_kind = 'total'
    where economics.channel <> 'all'
),

compared as (
    select
        *,
        -- A ratio of estimates, not money: floating point.
        case when cac_amount > 0 then cast(ltv_low_amount as double) / cast(cac_amount as double) end as ltv_to_cac_low_ratio,
        case when cac_amount > 0 then cast(marginal_cac_amount as double) / cast(cac_amount as double) end as marginal_to_cac_ratio
    from evidence
),

judged as (
    select
        *,
        case
            -- Too few accounts, but even as many as are wanted would have cost more than they bring.
            when new_account_weight < minimum_new_accounts and cost_amount > minimum_new_accounts * ltv_low_amount then 'spend_without_customers'
            when new_account_weight < minimum_new_accounts then 'few_accounts'
            when cost_amount = 0 then 'no_cost'
            when ltv_low_amount is null then 'no_lifetime_value'
            when ltv_to_cac_low_ratio < cut_ltv_to_cac then 'below_cut'
            when ltv_to_cac_low_ratio < double_down_ltv_to_cac then 'below_double_down'
            when marginal_to_cac_ratio is null then 'marginal_unknown'
            when marginal_to_cac_ratio > maximum_marginal_ratio then 'marginal_dear'
            when conversion_cv_ratio is null or conversion_cv_ratio > maximum_conversion_cv then 'unpredictable'
            else 'all_met'
        end as rule
    from compared
)

select
    channel_month_id as verdict_id,
    period_on,
    channel,
    is_paid_channel,
    case
        when rule in ('spend_without_customers', 'below_cut') then 'cut'
        when rule in ('few_accounts', 'no_lifetime_value') then 'not_enough_data'
        when rule = 'all_met' then 'double_down'
        else 'hold'
    end as verdict,
    rule,
    case rule
        when 'spend_without_customers'
            then format(
                    'spent {} for {} accounts; {} of them would bring {} each at the least',
                    cost_amount, new_account_weight, minimum_new_accounts, ltv_low_amount
                )
        when 'few_accounts' then format('{} accounts are under {}', new_account_weight, minimum_new_accounts)
        when 'no_cost' then 'nothing was spent that could be more or less'
        when 'no_lifetime_value' then 'no lifetime value is known'
        when 'below_cut' then format('LTV : CAC is {:.2f} at the least, under {}', ltv_to_cac_low_ratio, cut_ltv_to_cac)
        when 'below_double_down' then format('LTV : CAC is {:.2f} at the least, under {}', ltv_to_cac_low_ratio, double_down_ltv_to_cac)
        when 'marginal_unknown' then format('LTV : CAC is {:.2f} at the least, but what one more customer costs is unknown', ltv_to_cac_low_ratio)
        when 'marginal_dear' then format('one more customer costs {:.2f} times the mean, over {}', marginal_to_cac_ratio, maximum_marginal_ratio)
        when 'unpredictable'
            then format(
                    'weekly conversion varies by {} of its mean, over {}',
                    coalesce(cast(round(conversion_cv_ratio, 2) as varchar), 'an unknown share'), maximum_conversion_cv
                )
        else
            format(
                'LTV : CAC is {:.2f} at the least, the next customer costs {:.2f} times the mean, conversion varies by {:.2f}',
                ltv_to_cac_low_ratio, marginal_to_cac_ratio, conversion_cv_ratio
            )
    end as reason,
    window_from_on,
    cac_scope,
    cost_amount,
    new_account_weight,
    cac_amount,
    ltv_low_amount,
    ltv_scope,
    ltv_to_cac_low_ratio,
    marginal_cac_amount,
    marginal_cac_low_amount,
    marginal_cac_high_amount,
    marginal_to_cac_ratio,
    conversion_cv_ratio,
    cac_trend,
    saturation,
    minimum_new_accounts,
    double_down_ltv_to_cac,
    cut_ltv_to_cac,
    maximum_conversion_cv,
    maximum_marginal_ratio
from judged
