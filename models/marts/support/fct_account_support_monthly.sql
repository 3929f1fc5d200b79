select
    account_month_id,
    account_id,
    period_on,
    customer_segment,
    plan,
    country,
    ticket_count,
    active_account_count,
    handling_second_count,
    cost_amount,
    case when account_id is not null then cost_amount else 0 end as allocated_cost_amount,
    mrr_amount,
    is_complete
from {{ ref('int_account_support__monthly') }}
