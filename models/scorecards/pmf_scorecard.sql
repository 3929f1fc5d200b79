-- Each signal is read from the row that its evidence names; metrics by their latest complete quarter.
with measured as (
    select
        metric as signal,
        segment_kind,
        segment,
        cast(value as double) as value,
        interval_low,
        interval_high,
        sample_size,
        status,
        format(
            'published.metrics: metric = {}, period_grain = quarter, period_on = {}, segment_kind = {}, segment = {}',
            metric, period_on, segment_kind, segment
        ) as evidence
    from {{ ref('stg_semantic__metrics') }}
    where
        metric in ('very_disappointed_share', 'organic_share')
        and ((period_grain = 'quarter' and is_complete) or status = 'not_available')
        and segment_kind in ('total', 'customer_segment')
    qualify row_number() over (partition by metric, segment_kind, segment order by period_on desc nulls last) = 1
),

limits as (
    select
        case name
            when 'pmf_very_disappointed_from' then 'very_disappointed_share'
            when 'pmf_organic_share_from' then 'organic_share'
            when 'pmf_ltv_to_cac_above' then 'ltv_gt_3_cac'
        end as signal,
        cast(value as double) as threshold
    from {{ ref('thresholds') }}
    where name in ('pmf_very_disappointed_from', 'pmf_organic_share_from', 'pmf_ltv_to_cac_above')
),

-- The predicted value over all that acquisition costs, of three months' customers: the reading that flatters least.
earned as (
    select
        (
            select cast(thresholds.value as double)
            from {{ ref('thresholds') }} as thresholds
            where thresholds.name = 'readiness_minimum_new_accounts'
        ) as fewest_accounts,
        segment_kind,
        segment,
        ltv_to_cac_ratio,
        ltv_to_cac_low_ratio,
        ltv_to_cac_high_ratio,
        new_account_weight,
        status,
        format('published.fct_ltv_to_cac: ltv_to_cac_id = {}', ltv_to_cac_id) as evidence
    from {{ ref('fct_ltv_to_cac') }}
    where
        cac_window = 'trailing_3m' and ltv_reading = 'predictive' and cac_scope = 'fully_loaded'
        and segment_kind in ('total', 'customer_segment')
    qualify row_number() over (partition by segment_kind, segment order by period_on desc) = 1
),

signals as (
    select
        case measured.signal when 'very_disappointed_share' then 'very_disappointed' else measured.signal end as signal,
        measured.segment_kind,
        measured.segment,
        measured.value,
        measured.interval_low,
        measured.interval_high,
        limits.threshold,
        measured.sample_size,
        case
            when measured.status <> 'ok' then measured.status
            when measured.interval_low >= limits.threshold then 'pass'
            else 'fail'
        end as verdict,
        measured.evidence
    from measured
    inner join limits
        on measured.signal = limits.signal
    union all
    select
        'plateau' as signal,
        segment_kind,
        segment,
        level_ratio as value,
        level_low as interval_low,
        level_high as interval_high,
        floor_ratio as threshold,
        user_count as sample_size,
        verdict,
        format('product.fct_retention_plateau: plateau_id = {}; the curve is {}', plateau_id, shape) as evidence
    from {{ ref('fct_retention_plateau') }}
    union all
    select
        'pull' as signal,
        segment_kind,
        segment,
        slope_days_per_month as value,
        slope_low as interval_low,
        slope_high as interval_high,
        0 as threshold,
        won_count as sample_size,
        case reading when 'shorten' then 'pass' when 'not_enough_data' then reading else 'fail' end as verdict,
        format('sales.fct_sales_cycle_trend: sales_cycle_trend_id = {}; cycles: {}', sales_cycle_trend_id, reading) as evidence
    from {{ ref('fct_sales_cycle_trend') }}
    union all
    select
        limits.signal,
        earned.segment_kind,
        earned.segment,
        earned.ltv_to_cac_ratio as value,
        earned.ltv_to_cac_low_ratio as interval_low,
        earned.ltv_to_cac_high_ratio as interval_high,
        limits.threshold,
        earned.new_account_weight as sample_size,
        case
            when earned.status <> 'ok' or earned.new_account_weight < earned.fewest_accounts then 'not_enough_data'
            when earned.ltv_to_cac_low_ratio > limits.threshold then 'pass'
            else 'fail'
        end as verdict,
        earned.evidence
    from earned
    inner join limits
        on limits.signal = 'ltv_gt_3_cac'
)

-- A signal that has no row of its own is told too.
select
    concat_ws('|', expected.signal, coalesce(signals.segment_kind, 'total'), coalesce(signals.segment, 'all')) as pmf_signal_id,
    expected.signal,
    coalesce(signals.segment_kind, 'total') as segment_kind,
    coalesce(signals.segment, 'all') as segment,
    cast(signals.value as double) as value,
    cast(signals.interval_low as double) as interval_low,
    cast(signals.interval_high as double) as interval_high,
    cast(signals.threshold as double) as threshold,
    cast(signals.sample_size as bigint) as sample_size,
    coalesce(signals.verdict, 'not_available') as verdict,
    coalesce(signals.evidence, 'no row: what provides the signal has no data') as evidence
from (values ('very_disappointed'), ('organic_share'), ('plateau'), ('pull'), ('ltv_gt_3_cac')) as expected (signal)
left join signals
    on expected.signal = signals.signal
