-- Opening cash less net burn plus financing is closing cash, and a month opens with what the month before closed with.
select
    period_on,
    opening_cash_amount,
    net_burn_amount,
    financing_amount,
    closing_cash_amount
from {{ ref('fct_cash_monthly') }}
where opening_cash_amount - net_burn_amount + financing_amount <> closing_cash_amount
union all
select
    months.period_on,
    months.opening_cash_amount,
    months.net_burn_amount,
    months.financing_amount,
    before.closing_cash_amount
from {{ ref('fct_cash_monthly') }} as months
inner join {{ ref('fct_cash_monthly') }} as before
    on before.period_on = months.period_on - interval 1 month
where months.opening_cash_amount <> before.closing_cash_amount
