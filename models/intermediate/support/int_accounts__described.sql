-- Accounts without any subscription stand in accounts only.
select
    account_id,
    from_on,
    to_on,
    mrr,
    first_paid_on,
    customer_segment,
    country,
    case when plan = 'unknown' then 'none' else plan end as plan
from {{ ref('int_account_mrr__dated') }}
union all
select
    account_id,
    from_on,
    to_on,
    cast(0 as decimal(18, 4)) as mrr,
    cast(null as date) as first_paid_on,
    coalesce(customer_segment, 'unknown') as customer_segment,
    coalesce(country, 'unknown') as country,
    'none' as plan
from {{ ref('int_accounts__dated') }}
where account_id not in (select described.account_id from {{ ref('int_account_mrr__dated') }} as described)
