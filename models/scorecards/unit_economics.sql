-- Readiness signals 2 and 3: each value is read from the row that its evidence names, and judged on the bound that can fail it.
with limits as (
    select
        max(case when name = 'readiness_ltv_to_cac_above' then cast(value as double) end) as ltv_to_cac_above,
        max(case when name = 'ltv_repeatable_cohorts' then cast(value as double) end) as repeatable_cohorts,
        max(case when name = 'readiness_minimum_new_accounts' then cast(value as double) end) as fewest_accounts,
        max(case when name = 'readiness_nrr_from' then cast(value as double) end) as nrr_from,
        max(case when name = 'virality_sustainable_from' then cast(value as double) end) as k_from
    from {{ ref('thresholds') }}
),

-- Three months of customers, the predicted value over all that acquisition costs: the reading that flatters least.
economics as (
    select
        ratios.period_on,
        ratios.segment_kind,
        ratios.segment,
        ratios.ltv_to_cac_ratio,
        ratios.ltv_to_cac_low_ratio,
        ratios.ltv_to_cac_high_ratio,
        ratios.passed_cohort_count,
        ratios.is_repeatable,
        ratios.new_account_weight,
        case when ratios.new_account_weight < limits.fewest_accounts then 'not_enough_data' else ratios.status end as status,
        limits.ltv_to_cac_above,
        limits.repeatable_cohorts,
        format('published.fct_ltv_to_cac: ltv_to_cac_id = {}', ratios.ltv_to_cac_id) as evidence
    from {{ ref('fct_ltv_to_cac') }} as ratios
    cross join limits
    where ratios.cac_window = 'trailing_3m' and ratios.ltv_reading = 'predictive' and ratios.cac_scope = 'fully_loaded'
),

-- Months that have ended only: a period in motion is never judged.
measured as (
    select
        metrics.metric,
        metrics.period_on,
        metrics.segment_kind,
        metrics.segment,
        metrics.value,
        metrics.interval_low,
        metrics.interval_high,
        metrics.sample_size,
        metrics.status,
        case metrics.metric when 'nrr' then limits.nrr_from else limits.k_from end as threshold,
        format(
            'published.metrics: metric = {}, period_grain = month, period_on = {}, segment_kind = {}, segment = {}',
            metrics.metric, metrics.period_on, metrics.segment_kind, metrics.segment
        ) as evidence
    from {{ ref('stg_semantic__metrics') }} as metrics
    cross join limits
    where
        metrics.metric in ('nrr', 'k_factor')
        and metrics.period_grain = 'month'
        and metrics.is_complete
        and metrics.segment_kind in ('total', 'customer_segment', 'country', 'plan')
),

signals as (
    select
        2 as readiness_signal,
        'ltv_gt_cac' as signal,
        period_on,
        segment_kind,
        segment,
        ltv_to_cac_ratio as value,
        ltv_to_cac_low_ratio as interval_low,
        ltv_to_cac_high_ratio as interval_high,
        ltv_to_cac_above as threshold,
        new_account_weight as sample_size,
        case when status <> 'ok' then 'not_enough_data' when ltv_to_cac_low_ratio > ltv_to_cac_above then 'pass' else 'fail' end as verdict,
        evidence
    from economics
    union all
    select
        2 as readiness_signal,
        'repeatable' as signal,
        period_on,
        segment_kind,
        segment,
        passed_cohort_count as value,
        null as interval_low,
        null as interval_high,
        repeatable_cohorts as threshold,
        new_account_weight as sample_size,
        case when status <> 'ok' or is_repeatable is null then 'not_enough_data' when is_repeatable then 'pass' else 'fail' end as verdict,
        evidence
    from economics
    union all
    select
        3 as readiness_signal,
        case metric when 'nrr' then 'retention' else 'referral' end as signal,
        period_on,
        segment_kind,
        segment,
        value,
        interval_low,
        interval_high,
        threshold,
        sample_size,
        case
            when status <> 'ok' or interval_low is null then 'not_enough_data'
            when interval_low >= threshold then 'pass'
            else 'fail'
        end as verdict,
        evidence
    from measured
)

select
    concat_ws('|', period_on, segment_kind, segment, signal) as unit_economics_id,
    period_on,
    segment_kind,
    segment,
    cast(readiness_signal as integer) as readiness_signal,
    signal,
    cast(value as double) as value,
    cast(interval_low as double) as interval_low,
    cast(interval_high as double) as interval_high,
    cast(threshold as double) as threshold,
    cast(sample_size as double) as sample_size,
    verdict,
    evidence
from signals
