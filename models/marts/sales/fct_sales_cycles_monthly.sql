select
    concat_ws('|', date_trunc('month', closed_on), deal_type) as sales_cycle_id,
    cast(date_trunc('month', closed_on) as date) as period_on,
    deal_type,
    count(*) as won_count,
    median(cycle_days) as median_cycle_days,
    quantile_cont(cycle_days, 0.9) as p90_cycle_days,
    last_day(cast(date_trunc('month', closed_on) as date)) <= {{ as_of() }} as is_complete
from {{ ref('fct_deals') }}
where status = 'won'
group by date_trunc('month', closed_on), deal_type
