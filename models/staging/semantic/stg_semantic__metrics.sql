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
from {{ source('semantic', 'metrics') }}
