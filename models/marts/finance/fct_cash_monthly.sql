select
    period_on,
    opening_cash_amount,
    cash_change_amount,
    financing_amount,
    net_burn_amount,
    mean_net_burn_amount,
    closing_cash_amount,
    runway_status,
    is_complete
from {{ ref('int_finance_periods__measured') }}
where clock = 'month'
