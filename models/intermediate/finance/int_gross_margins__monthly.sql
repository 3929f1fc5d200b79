select
    period_on,
    cast(coalesce(sum(amount) filter (where category_group = 'revenue'), 0) as decimal(18, 4)) as revenue_amount,
    cast(coalesce(sum(amount) filter (where category_group = 'cost_of_revenue'), 0) as decimal(18, 4)) as cost_of_revenue_amount
from {{ ref('int_ledger_lines__categorised') }}
where not is_uncategorised
group by period_on
