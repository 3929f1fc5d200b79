-- The drivers of an account and month add up to its expansion less its contraction.
with movements as (
    select
        account_id,
        period_on,
        sum(expansion_mrr - contraction_mrr) as moved
    from {{ ref('fct_account_mrr_monthly') }}
    group by account_id, period_on
),

drivers as (
    select
        account_id,
        period_on,
        sum(change_mrr) as driven
    from {{ ref('fct_mrr_drivers_monthly') }}
    group by account_id, period_on
)

select
    account_id,
    period_on,
    coalesce(movements.moved, 0) as moved_mrr,
    coalesce(drivers.driven, 0) as driven_mrr
from movements
full outer join drivers using (account_id, period_on)
where coalesce(movements.moved, 0) != coalesce(drivers.driven, 0)
