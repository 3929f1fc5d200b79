-- Over all accounts, on the clocks of the books; before the first subscription there is no row.
select
    clock,
    period_on,
    cast(sum(opening_mrr) * 12 as decimal(18, 4)) as opening_arr_amount,
    cast(sum(closing_mrr) * 12 as decimal(18, 4)) as closing_arr_amount,
    cast(sum(new_account_count) as bigint) as new_account_count,
    cast(sum(opening_account_count) as bigint) as opening_account_count,
    cast(sum(closing_account_count) as bigint) as closing_account_count
from {{ ref('int_mrr_movements__classified') }}
where clock in ('month', 'quarter')
group by
    clock,
    period_on
