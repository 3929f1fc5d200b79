-- The price history, added up on the run's day, is the MRR that the daily mart closes with, account by account.
with prices as (
    select
        account_id,
        sum(mrr) as mrr
    from {{ ref('fct_subscription_prices') }}
    where valid_from_on <= {{ as_of() }} and coalesce(valid_to_on, date '9999-12-31') >= {{ as_of() }}
    group by account_id
),

closings as (
    select
        account_id,
        sum(closing_mrr) as mrr
    from {{ ref('fct_account_mrr_daily') }}
    where period_on = {{ as_of() }}
    group by account_id
)

select
    account_id,
    coalesce(prices.mrr, 0) as price_mrr,
    coalesce(closings.mrr, 0) as closing_mrr
from prices
full outer join closings using (account_id)
where coalesce(prices.mrr, 0) != coalesce(closings.mrr, 0)
