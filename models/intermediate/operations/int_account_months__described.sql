-- What an account was at the end of each month; in a running one, on the run's day.
select
    accounts.account_id,
    periods.period_on,
    coalesce(paid.customer_segment, accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(paid.country, accounts.country, 'unknown') as country,
    case when paid.first_paid_on <= periods.closing_on then paid.plan else 'none' end as plan
from {{ ref('int_periods__spined') }} as periods
inner join {{ ref('int_accounts__dated') }} as accounts
    on accounts.from_on <= periods.closing_on and periods.closing_on < accounts.to_on
left join {{ ref('int_account_mrr__dated') }} as paid
    on
        accounts.account_id = paid.account_id
        and paid.from_on <= periods.closing_on
        and periods.closing_on < paid.to_on
where periods.clock = 'month'
