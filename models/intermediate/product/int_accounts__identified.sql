with

counted_users as (
    select
        users.account_id,
        count(*) as user_count,
        count(activated.activated_at) as activated_user_count,
        min(users.signed_up_on) as first_signed_up_on
    from {{ ref('int_users__matched') }} as users
    inner join {{ ref('int_users__activated') }} as activated on users.user_id = activated.user_id
    where users.account_id is not null
    group by users.account_id
),

-- The first company of the best rule stands for the account; the others are counted.
ranked_companies as (
    select
        candidates.account_id,
        candidates.crm_company_id,
        candidates.rule as crm_match_rule,
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
    accounts.email_domain,
    companies.crm_company_id,
    companies.crm_match_rule,
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
