-- A month's cells have exactly its new accounts, their MRR and their receipts; and its months by model the same accounts.
-- A row here is a month in which one of them differs.
with

acquired as (
    select
        conversions.acquired_month as period_on,
        count(*) as account_count,
        sum(conversions.mrr) as new_mrr,
        sum(receipts.receipt_amount) as receipt_amount
    from {{ ref('int_accounts__converted') }} as conversions
    inner join {{ ref('int_account_receipts__windowed') }} as receipts on conversions.account_id = receipts.account_id
    group by conversions.acquired_month
),

told as (
    select
        period_on,
        sum(new_account_weight) as account_count,
        sum(new_mrr) as new_mrr,
        sum(attributed_revenue_amount) as receipt_amount
    from {{ ref('fct_acquisition_monthly') }}
    group by period_on
),

shared as (
    select
        period_on,
        sum(new_account_weight) as account_count,
        sum(new_mrr) as new_mrr
    from {{ ref('fct_attribution_monthly') }}
    group by period_on
)

select
    acquired.*,
    told.account_count as told_account_count,
    told.new_mrr as told_new_mrr,
    told.receipt_amount as told_receipt_amount,
    shared.account_count as shared_account_count
from acquired
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and acquired.period_on = periods.period_on
left join told on acquired.period_on = told.period_on
left join shared on acquired.period_on = shared.period_on
where
    acquired.account_count is distinct from told.account_count
    or acquired.new_mrr is distinct from told.new_mrr
    or acquired.receipt_amount is distinct from told.receipt_amount
    or 6 * acquired.account_count is distinct from shared.account_count
    or 6 * acquired.new_mrr is distinct from shared.new_mrr
