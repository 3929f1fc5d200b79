with accounts as (
    select
        account_id,
        {{ local_date('min(created_at)') }} as created_on,
        max_by(source, valid_from_at) as source,
        max_by(country, valid_from_at) as country,
        max_by(customer_segment, valid_from_at) as customer_segment,
        max_by(currency, valid_from_at) as currency,
        max_by(is_deleted, valid_from_at) as is_deleted
    from {{ ref('accounts') }}
    where
        {{ local_date('valid_from_at') }} <= {{ as_of() }}
        and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
    group by account_id
),

history as (
    select
        account_id,
        min(first_paid_on) as first_paid_on,
        max_by(acquisition_month, from_on) as acquisition_month,
        max(case when mrr > 0 then least(cast(to_on - 1 as date), {{ as_of() }}) end) as last_paid_on,
        max_by(plan, from_on) as plan,
        max_by(mrr, from_on) as mrr,
        max_by(is_free, from_on) as is_free,
        max_by(churn_reason, from_on) as churn_reason
    from {{ ref('int_account_mrr__dated') }}
    group by account_id
)

select
    accounts.account_id,
    accounts.source,
    accounts.created_on,
    coalesce(accounts.country, 'unknown') as country,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.currency, 'unknown') as currency,
    accounts.is_deleted,
    coalesce(history.plan, 'unknown') as plan,
    history.first_paid_on,
    history.last_paid_on,
    coalesce(history.acquisition_month, 'none') as acquisition_month,
    case
        when history.mrr > 0 then 'paying'
        when history.is_free then 'free'
        when history.first_paid_on is not null then 'churned'
        else 'never_paid'
    end as status,
    history.churn_reason,
    coalesce(history.mrr, 0) as mrr,
    identified.email_domain,
    identified.crm_company_id,
    identified.crm_match_rule,
    coalesce(identified.crm_company_count, 0) as crm_company_count,
    coalesce(identified.user_count, 0) as user_count,
    coalesce(identified.activated_user_count, 0) as activated_user_count,
    coalesce(identified.visitor_count, 0) as visitor_count,
    identified.first_signed_up_on
from accounts
left join history
    on accounts.account_id = history.account_id
left join {{ ref('int_accounts__identified') }} as identified
    on accounts.account_id = identified.account_id
