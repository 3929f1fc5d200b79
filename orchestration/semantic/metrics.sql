-- published.metrics from the cells, intervals and settings that publisher.py made in temporary tables.
-- Parameters: $as_of, the day the marts were computed for; $grains, the period grains in their order.
create or replace table published.metrics as
with judged_cells as (
    select
        settings.metric,
        settings.metric_order,
        cells.grain_order,
        $grains[cells.grain_order] as period_grain,
        cells.period_on,
        cells.segment_kind,
        cells.segment,
        cells.numerator,
        cells.denominator,
        cells.sample_size,
        cells.pending,
        intervals.low,
        intervals.high,
        intervals.method,
        settings.threshold,
        settings.minimum_sample,
        settings.is_ratio and cells.sample_size < settings.minimum_sample as is_small,
        cast(case $grains[cells.grain_order]
            when 'day' then cells.period_on
            when 'week' then cells.period_on + interval 6 day
            when 'month' then cells.period_on + interval 1 month - interval 1 day
            when 'quarter' then cells.period_on + interval 3 month - interval 1 day
        end as date) as period_ends_on
    from metric_cells as cells
    inner join metric_settings as settings on cells.metric_order = settings.metric_order
    left join metric_intervals as intervals on cells.rowid = intervals.cell
),

united as (
    select
        metric_order,
        grain_order,
        metric,
        period_grain,
        period_on,
        segment_kind,
        segment,
        numerator,
        denominator,
        cast(case
            when denominator is null then numerator
            -- Both sides in units of 1e-4, which cancel; the quotient in units of 1e-10, half away from zero.
            when denominator <> 0
                then
                    sign(numerator) * sign(denominator) * cast('0.0000000001' as decimal(10, 10)) * cast(
                        (
                            2 * cast(abs(numerator) * 10000 as hugeint) * 10000000000
                            + cast(abs(denominator) * 10000 as hugeint)
                        ) // (2 * cast(abs(denominator) * 10000 as hugeint))
                        as decimal(28, 0)
                    )
        end as decimal(28, 10)) as value,
        sample_size,
        low as interval_low,
        high as interval_high,
        coalesce(method, 'none') as interval_method,
        period_ends_on <= cast($as_of as date) and coalesce(pending, 0) = 0 as is_complete,
        case when is_small then 'not_enough_data' else 'ok' end as status,
        case when is_small then format('sample of {} is under {} = {}', sample_size, threshold, minimum_sample) end as reason
    from judged_cells
    union all
    select
        metric_order,
        0 as grain_order,
        metric,
        'all' as period_grain,
        null as period_on,
        'total' as segment_kind,
        'all' as segment,
        null as numerator,
        null as denominator,
        null as value,
        null as sample_size,
        null as interval_low,
        null as interval_high,
        'none' as interval_method,
        false as is_complete,
        'not_available' as status,
        format('no system provides {}; name one in vars.providers', list_aggregate(missing, 'string_agg', ', ')) as reason
    from metric_settings
    where len(missing) > 0
)

select
    metric,
    period_grain,
    period_on,
    segment_kind,
    segment,
    numerator,
    denominator,
    value,
    sample_size,
    interval_low,
    interval_high,
    interval_method,
    is_complete,
    status,
    reason
from united
order by metric_order, grain_order, period_on, segment_kind <> 'total', segment_kind, segment
