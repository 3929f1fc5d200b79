with counted as (
    select
        cast(date_trunc('month', rated_on) as date) as period_on,
        sum(rating_count) as rating_count,
        sum(satisfied_count) as satisfied_count
    from {{ ref('fct_ticket_ratings') }}
    group by all
)

select
    period_on,
    cast(rating_count as bigint) as rating_count,
    cast(satisfied_count as bigint) as satisfied_count,
    satisfied_count / nullif(rating_count, 0) as satisfied_ratio,
    {{ threshold('support_csat_from', 'double') }} as required_ratio,
    last_day(period_on) <= {{ as_of() }} as is_complete,
    case
        when rating_count < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
        when satisfied_count > {{ threshold('support_csat_from', 'decimal(10, 4)') }} * rating_count then 'met'
        else 'missed'
    end as verdict
from counted
