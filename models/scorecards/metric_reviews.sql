-- A line is held against its threshold by the bound that can fail it, and against its own past by its value.
with limits as (
    select
        max(case when name = 'scorecard_flat_ratio' then cast(value as double) end) as flat_ratio,
        max(case when name = 'scorecard_baseline_months' then cast(value as integer) end) as baseline_months,
        max(case when name = 'scorecard_baseline_minimum_months' then cast(value as integer) end) as fewest_months
    from {{ ref('thresholds') }}
),

measured as (
    select
        lines.scorecard,
        lines.line,
        lines.metric,
        lines.surface,
        lines.better,
        lines.weight,
        lines.threshold,
        metrics.period_on,
        metrics.segment_kind,
        metrics.segment,
        metrics.value,
        metrics.sample_size,
        coalesce(case lines.better when 'lower' then metrics.interval_high else metrics.interval_low end, metrics.value) as worst_value,
        metrics.status = 'ok' and metrics.value is not null as is_sound
    from {{ ref('scorecard_lines') }} as lines
    inner join {{ ref('stg_semantic__metrics') }} as metrics on lines.metric = metrics.metric
    where metrics.period_grain = 'month' and metrics.is_complete and metrics.segment_kind in ('total', 'customer_segment', 'plan')
),

-- Sums are of decimals: a mean of doubles would depend on the order in which they were added.
summed as (
    select
        now.scorecard,
        now.line,
        now.period_on,
        now.segment_kind,
        now.segment,
        max(past.value) filter (where past.period_on = now.period_on - interval 1 month) as value_before,
        cast(sum(past.value) as double) / count(*) as past_mean,
        count(*) as past_month_count
    from measured as now
    cross join limits
    inner join measured as past
        on
            now.scorecard = past.scorecard
            and now.line = past.line
            and now.segment_kind = past.segment_kind
            and now.segment = past.segment
            and past.period_on < now.period_on
            and past.period_on >= now.period_on - to_months(limits.baseline_months)
    where past.is_sound
    group by now.scorecard, now.line, now.period_on, now.segment_kind, now.segment
),

related as (
    select
        measured.*,
        cast(summed.value_before as double) as value_before,
        case when summed.past_month_count >= limits.fewest_months then summed.past_mean end as baseline_value,
        (cast(measured.value as double) - cast(summed.value_before as double)) / nullif(abs(cast(summed.value_before as double)), 0) as change_ratio,
        limits.flat_ratio
    from measured
    cross join limits
    left join summed using (scorecard, line, period_on, segment_kind, segment)
)

select
    concat_ws('|', scorecard, line, period_on, segment_kind, segment) as metric_review_id,
    scorecard,
    surface,
    line,
    metric,
    period_on,
    segment_kind,
    segment,
    better,
    cast(value as double) as value,
    value_before,
    change_ratio,
    baseline_value,
    -- How heavy the line weighs against its own past: above 1 is worse, whichever way the metric runs.
    case
        when not is_sound then null
        when better = 'lower' then cast(value as double) / nullif(baseline_value, 0)
        when value > 0 then baseline_value / cast(value as double)
    end as load_ratio,
    cast(threshold as double) as threshold,
    cast(weight as integer) as weight,
    sample_size,
    case
        when not is_sound then 'not_enough_data'
        when threshold is null then 'no_threshold'
        when better = 'lower' and worst_value <= threshold then 'pass'
        when better = 'higher' and worst_value >= threshold then 'pass'
        else 'fail'
    end as verdict,
    case
        when not is_sound or value_before is null then 'unknown'
        when cast(value as double) = value_before or abs(change_ratio) <= flat_ratio then 'flat'
        when (cast(value as double) < value_before) = (better = 'lower') then 'better'
        else 'worse'
    end as movement,
    format(
        'published.metrics: metric = {}, period_grain = month, period_on = {}, segment_kind = {}, segment = {}', metric, period_on, segment_kind, segment
    ) as evidence
from related
