-- Costs of a month are posted at its end, so a quarter with a month that the books do not have yet would look cheap: it has no row.
-- Lines that nobody gave a category make no month: cash of 0 would be a guess.
with booked_months as (
    select distinct period_on
    from {{ ref('int_ledger_lines__categorised') }}
    where not is_uncategorised
)

select
    periods.clock,
    periods.period_on,
    periods.period_ends_on,
    cast(date_trunc('month', periods.closing_on) as date) as last_month_on,
    periods.is_complete
from {{ ref('int_periods__spined') }} as periods
inner join {{ ref('int_periods__spined') }} as months
    on
        months.clock = 'month'
        and months.period_on between periods.period_on and periods.closing_on
left join booked_months
    on months.period_on = booked_months.period_on
where periods.clock in ('month', 'quarter')
group by
    periods.clock,
    periods.period_on,
    periods.period_ends_on,
    periods.closing_on,
    periods.is_complete
having count(*) = count(booked_months.period_on)
