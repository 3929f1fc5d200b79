-- Accounts that never had a subscription have the attributes that billing gives them, and no plan.
select
    accounts.account_id,
    periods.period_on,
    periods.is_complete,
    coalesce(states.mrr, 0) as mrr,
    case when coalesce(states.plan, 'unknown') = 'unknown' then 'none' else states.plan end as plan,
    coalesce(states.customer_segment, accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(states.country, accounts.country, 'unknown') as country
from {{ ref('int_accounts__dated') }} as accounts
inner join {{ ref('int_periods__spined') }} as periods
    on
        periods.clock = 'month'
        and accounts.from_on <= periods.closing_on
        and periods.closing_on < accounts.to_on
left join {{ ref('int_account_mrr__dated') }} as states
    on
        accounts.account_id = states.account_id
        and states.from_on <= periods.closing_on
        and periods.closing_on < states.to_on
