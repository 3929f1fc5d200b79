with signed_up as (
    select
        account_id,
        min(signed_up_on) as signed_up_on
    from {{ ref('int_users__matched') }}
    where account_id is not null
    group by account_id
),

created as (
    select
        account_id,
        {{ local_date('min(created_at)') }} as created_on
    from {{ ref('accounts') }}
    group by account_id
)

select
    history.account_id,
    history.from_on as acquired_on,
    cast(date_trunc('month', history.from_on) as date) as acquired_month,
    history.country,
    history.customer_segment,
    history.plan,
    history.mrr,
    coalesce(signed_up.signed_up_on, created.created_on, history.from_on) as signed_up_on
from {{ ref('int_account_mrr__dated') }} as history
left join signed_up on history.account_id = signed_up.account_id
left join created on history.account_id = created.account_id
where history.mrr > 0
qualify row_number() over (partition by history.account_id order by history.from_on) = 1
