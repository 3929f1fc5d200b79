with losses as (
    select
        accounts.account_id,
        min(states.from_on) as lost_on
    from {{ ref('int_accounts__acquired') }} as accounts
    inner join {{ ref('int_account_mrr__dated') }} as states
        on accounts.account_id = states.account_id and states.from_on > accounts.acquired_on
    where states.mrr = 0 and states.from_on <= {{ as_of() }}
    group by accounts.account_id
),

measured as (
    select
        accounts.*,
        losses.lost_on,
        date_sub('month', accounts.acquired_on, losses.lost_on) as whole_months
    from {{ ref('int_accounts__acquired') }} as accounts
    left join losses on accounts.account_id = losses.account_id
)

select
    account_id,
    acquired_on,
    cast(acquired_month as date) as acquisition_month,
    channel,
    customer_segment,
    plan,
    country,
    lost_on,
    -- Paid until the t-th monthly anniversary and not after it is lost at age t.
    cast(
        case when acquired_on + to_months(cast(whole_months as integer)) >= lost_on then whole_months else whole_months + 1 end as integer
    ) as lost_age_months
from measured
