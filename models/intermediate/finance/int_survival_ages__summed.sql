-- What was known at the end of each month, cohorts added age by age: an old month's fit never sees a later loss.
select
    periods.period_on,
    cells.segment_kind,
    cells.segment,
    cells.age_months,
    cast(sum(cells.at_risk_count) as bigint) as at_risk_count,
    cast(sum(cells.lost_count) as bigint) as lost_count
from {{ ref('int_periods__spined') }} as periods
inner join {{ ref('int_cohort_survival__counted') }} as cells on cells.known_on <= periods.period_on
where periods.clock = 'month' and periods.is_complete
group by periods.period_on, cells.segment_kind, cells.segment, cells.age_months
