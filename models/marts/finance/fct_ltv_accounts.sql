-- An account is worth what its channel's accounts are; where the channel has too few of them, what all accounts are.
with readings as (
    select * from {{ ref('fct_ltv_by_segment_monthly') }}
),

first_years as (
    select
        account_id,
        sum(gross_margin_amount) as margin_amount,
        count(*) filter (where is_complete) = 12 as is_mature
    from {{ ref('fct_account_margin_monthly') }}
    where month_number < 12
    group by account_id
),

months as (
    select * from {{ ref('int_periods__spined') }}
    where clock = 'month'
)

select
    accounts.account_id,
    accounts.acquisition_month as period_on,
    accounts.channel,
    accounts.country,
    accounts.customer_segment,
    accounts.plan,
    case when own.status = 'ok' then 'channel' when everyone.status = 'ok' then 'total' else 'none' end as valued_by,
    case when own.status = 'ok' then own.ltv_simple_amount when everyone.status = 'ok' then everyone.ltv_simple_amount end as ltv_simple_amount,
    case
        when own.status = 'ok' then own.ltv_predictive_amount when everyone.status = 'ok' then everyone.ltv_predictive_amount
    end as ltv_predictive_amount,
    cast(coalesce(own.status = 'ok' or everyone.status = 'ok', false) as integer) as valued_account_count,
    case when coalesce(first_years.is_mature, false) then cast(first_years.margin_amount as decimal(18, 4)) end as margin_12m_amount,
    cast(coalesce(first_years.is_mature, false) as integer) as mature_12m_account_count,
    cast(not coalesce(first_years.is_mature, false) as integer) as pending_12m_account_count,
    months.is_complete
from {{ ref('int_account_lifetimes__dated') }} as accounts
inner join months on accounts.acquisition_month = months.period_on
left join readings as own
    on accounts.acquisition_month = own.period_on and own.segment_kind = 'channel' and accounts.channel = own.segment
left join readings as everyone
    on accounts.acquisition_month = everyone.period_on and everyone.segment_kind = 'total'
left join first_years on accounts.account_id = first_years.account_id
