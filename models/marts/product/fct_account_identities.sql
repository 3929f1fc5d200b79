with

counted_users as (
    select
        account_id,
        count(*) as user_count,
        count(activated_at) as activated_user_count,
        min(signed_up_on) as first_signed_up_on
    from {{ ref('dim_users') }}
    where account_id is not null
    group by account_id
),

-- The first company of the best rule stands for the account; the others are counted.
ranked_companies as (
    select
        candidates.account_id,
        candidates.crm_company_id,
        count(*) over (partition by candidates.account_id) as crm_company_count,
        row_number() over (
            partition by candidates.account_id order by candidates.rule_order, candidates.arisen_at, candidates.crm_company_id
        ) as company_number
    from {{ ref('int_crm_company_candidates__ranked') }} as candidates
    where candidates.candidate_number = 1
),

counted_visitors as (
    select
        account_id,
        count(*) as visitor_count
    from {{ ref('int_visitors__identified') }}
    where account_id is not null
    group by account_id
)

select
    accounts.account_id,
    companies.crm_company_id,
    coalesce(companies.crm_company_count, 0) as crm_company_count,
    coalesce(users.user_count, 0) as user_count,
    coalesce(users.activated_user_count, 0) as activated_user_count,
    coalesce(visitors.visitor_count, 0) as visitor_count,
    users.first_signed_up_on
from {{ ref('int_accounts__known') }} as accounts
left join counted_users as users on accounts.account_id = users.account_id
left join ranked_companies as companies on accounts.account_id = companies.account_id and companies.company_number = 1
left join counted_visitors as visitors on accounts.account_id = visitors.account_id
where not accounts.is_excluded
