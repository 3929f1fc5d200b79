select
    period_on,
    cast(sum(amount) as decimal(18, 4)) as payroll_amount
from {{ ref('int_ledger_lines__categorised') }}
where category = 'support_payroll'
group by period_on
