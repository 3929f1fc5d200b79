select
    cast(spine.day_at as date) as day_on,
    cast(date_trunc('week', spine.day_at) as date) as week_on,
    cast(date_trunc('month', spine.day_at) as date) as month_on,
    cast(date_trunc('quarter', spine.day_at) as date) as quarter_on
from {{ ref('stg_pipeline__runs') }} as runs
cross join lateral unnest(
    generate_series(
        cast(least(date_trunc('quarter', runs.starts_on), date_trunc('week', runs.starts_on)) as timestamp),
        cast(runs.as_of_on as timestamp),
        interval 1 day
    )
) as spine (day_at)
