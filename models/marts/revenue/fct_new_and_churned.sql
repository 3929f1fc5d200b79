-- Accounts that a month's net movement does not show: nothing at its start, nothing at its end, revenue in between.
with spells as (
    select
        periods.period_on,
        periods.starts_on,
        periods.is_complete,
        states.account_id,
        states.first_paid_on,
        states.acquisition_month,
        greatest(states.from_on, periods.starts_on) as from_on,
        least(states.to_on, cast(periods.closing_on + 1 as date)) as to_on,
        states.mrr,
        states.plan,
        states.country,
        states.currency,
        states.customer_segment
    from {{ ref('int_periods__spined') }} as periods
    inner join {{ ref('int_account_mrr__dated') }} as states
        on states.from_on <= periods.closing_on and periods.starts_on < states.to_on
    where periods.clock = 'month' and states.mrr > 0
),

shown as (
    select
        period_on,
        account_id
    from {{ ref('fct_account_mrr_monthly') }}
    where opening_mrr > 0 or closing_mrr > 0
)

select
    spells.account_id || '|' || cast(spells.period_on as varchar) as account_month_id,
    spells.period_on,
    spells.account_id,
    max_by(spells.plan, spells.from_on) as plan,
    max_by(spells.country, spells.from_on) as country,
    max_by(spells.currency, spells.from_on) as currency,
    max_by(spells.customer_segment, spells.from_on) as customer_segment,
    max(spells.acquisition_month) as acquisition_month,
    min(spells.from_on) as paid_from_on,
    cast(max(spells.to_on) - 1 as date) as paid_to_on,
    cast(sum(spells.to_on - spells.from_on) as integer) as paid_days,
    max(spells.mrr) as highest_mrr,
    bool_and(spells.first_paid_on >= spells.starts_on) as is_new,
    1 as account_count,
    bool_and(spells.is_complete) as is_complete
from spells
left join shown
    on spells.period_on = shown.period_on and spells.account_id = shown.account_id
where shown.account_id is null
group by spells.period_on, spells.account_id
