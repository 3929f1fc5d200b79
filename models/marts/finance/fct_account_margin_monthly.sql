select
    account_month_id,
    account_id,
    period_on,
    month_number,
    revenue_amount,
    refund_amount,
    gross_margin_amount,
    channel,
    country,
    customer_segment,
    plan,
    acquisition_month,
    is_complete
from {{ ref('int_account_margins__valued') }}
