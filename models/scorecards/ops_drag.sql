select
    metric_review_id,
    line,
    metric,
    period_on,
    segment_kind,
    segment,
    better,
    value,
    value_before,
    change_ratio,
    threshold,
    sample_size,
    verdict,
    movement,
    evidence
from {{ ref('metric_reviews') }}
where scorecard = 'ops_drag'
