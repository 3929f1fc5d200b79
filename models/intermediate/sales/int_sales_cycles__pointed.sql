-- The points of the trend: new business won in the evidence window, by the day it was won. By the day it was made, the youngest deals
-- would be the quick ones only.
with won as (
    select
        deal_id,
        customer_segment,
        cycle_days,
        -- Months of 365.25 / 12 days before the run's day.
        (closed_on - {{ as_of() }}) / 30.4375 as month_number
    from {{ ref('int_deals__valued') }}
    where
        is_won
        and deal_type = 'new_business'
        and closed_on > cast({{ dbt.dateadd('month', '-' ~ threshold('pmf_evidence_months'), as_of()) }} as date)
)

select
    won.deal_id,
    kinds.segment_kind,
    case when kinds.segment_kind = 'total' then 'all' else won.customer_segment end as segment,
    cast(won.month_number as double) as month_number,
    cast(won.cycle_days as double) as cycle_days
from won
cross join (values ('total'), ('customer_segment')) as kinds (segment_kind)
