with segmented as (
    {{ by_lifetime_segment(ref('int_account_lifetimes__dated')) }}
),

-- Every account of a cohort reaches an age in the same calendar month, so that its end settles the whole cell.
known as (
    select
        acquisitions.period_on as acquisition_month,
        knowing.period_on as known_on,
        date_diff('month', acquisitions.period_on, knowing.period_on) as age_months
    from {{ ref('int_periods__spined') }} as acquisitions
    inner join {{ ref('int_periods__spined') }} as knowing
        on knowing.clock = acquisitions.clock and knowing.period_on > acquisitions.period_on
    where acquisitions.clock = 'month' and knowing.is_complete
)

select
    segmented.segment_kind,
    segmented.segment,
    segmented.acquisition_month,
    cast(known.age_months as integer) as age_months,
    known.known_on,
    count(*) as account_count,
    count(*) filter (where coalesce(segmented.lost_age_months, known.age_months) >= known.age_months) as at_risk_count,
    count(*) filter (where segmented.lost_age_months = known.age_months) as lost_count
from segmented
inner join known on segmented.acquisition_month = known.acquisition_month
group by segmented.segment_kind, segmented.segment, segmented.acquisition_month, known.age_months, known.known_on
