-- Lines without a baseline have no part in a score: a surface is scored by what is known of it. It moved by the lines that are scored in both
-- months, so that a line that comes or goes moves nothing.
with limits as (
    select
        max(case when name = 'surface_score_5_load' then cast(value as double) end) as load_for_5,
        max(case when name = 'surface_score_4_load' then cast(value as double) end) as load_for_4,
        max(case when name = 'surface_score_3_load' then cast(value as double) end) as load_for_3,
        max(case when name = 'surface_score_2_load' then cast(value as double) end) as load_for_2,
        max(case when name = 'surface_shift_months' then cast(value as integer) end) as shift_months,
        max(case when name = 'surface_shift_points' then cast(value as double) end) as shift_points
    from {{ ref('thresholds') }}
),

scored_lines as (
    select
        reviews.surface,
        reviews.line,
        reviews.period_on,
        reviews.weight,
        case
            when reviews.baseline_value is null or reviews.verdict = 'not_enough_data' then null
            -- Where nothing can be divided by, as a baseline of 0, the two values are compared.
            when reviews.load_ratio is null and reviews.value = reviews.baseline_value then 3
            when reviews.load_ratio is null and (reviews.value < reviews.baseline_value) = (reviews.better = 'lower') then 5
            when reviews.load_ratio is null then 1
            when reviews.load_ratio <= limits.load_for_5 then 5
            when reviews.load_ratio <= limits.load_for_4 then 4
            when reviews.load_ratio <= limits.load_for_3 then 3
            when reviews.load_ratio <= limits.load_for_2 then 2
            else 1
        end as line_score,
        reviews.verdict
    from {{ ref('metric_reviews') }} as reviews
    cross join limits
    where reviews.scorecard = 'surfaces' and reviews.segment_kind = 'total'
),

scored as (
    select
        surface,
        period_on,
        cast(sum(weight * line_score) as double) / sum(weight) filter (where line_score is not null) as score,
        count(line_score) as scored_line_count,
        count(*) filter (where verdict = 'fail') as failed_line_count
    from scored_lines
    group by surface, period_on
),

compared as (
    select
        now.surface,
        now.period_on,
        cast(sum(now.weight * (now.line_score - past.line_score)) as double) / sum(now.weight) as score_change
    from scored_lines as now
    cross join limits
    inner join scored_lines as past
        on now.surface = past.surface and now.line = past.line and past.period_on = now.period_on - to_months(limits.shift_months)
    where now.line_score is not null and past.line_score is not null
    group by now.surface, now.period_on
),

moved as (
    select
        now.surface,
        now.period_on,
        now.score,
        past.score as score_before,
        compared.score_change,
        now.scored_line_count,
        now.failed_line_count,
        case
            when compared.score_change >= limits.shift_points then 'eased'
            when compared.score_change <= -limits.shift_points then 'burdened'
            when compared.score_change is not null then 'steady'
            else 'unknown'
        end as movement
    from scored as now
    cross join limits
    left join scored as past
        on now.surface = past.surface and past.period_on = now.period_on - to_months(limits.shift_months)
    left join compared
        on now.surface = compared.surface and now.period_on = compared.period_on
),

burdened as (
    select
        period_on,
        string_agg(surface, ', ' order by surface) as surfaces
    from moved
    where movement = 'burdened'
    group by period_on
)

select
    concat_ws('|', moved.surface, moved.period_on) as surface_id,
    moved.surface,
    moved.period_on,
    moved.score,
    moved.score_before,
    moved.score_change,
    moved.scored_line_count,
    moved.failed_line_count,
    moved.movement,
    case when moved.movement = 'eased' then burdened.surfaces end as load_shifted_to,
    case
        when moved.score is null then 'not_enough_data'
        when moved.movement = 'eased' and burdened.surfaces is not null then 'load_shifted'
        when moved.movement = 'burdened' then 'fail'
        else 'pass'
    end as verdict,
    format('published.metric_reviews: scorecard = surfaces, surface = {}, period_on = {}', moved.surface, moved.period_on) as evidence
from moved
left join burdened on moved.period_on = burdened.period_on
