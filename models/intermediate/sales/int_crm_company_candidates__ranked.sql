with

known_companies as (
    select
        crm_company_id,
        billing_account_id,
        domain,
        created_at
    from {{ ref('crm_companies') }}
    where {{ local_date('created_at') }} <= {{ as_of() }}
),

owned_domains as (
    select
        email_domain as domain,
        min(account_id) as account_id
    from {{ ref('int_accounts__known') }}
    where email_domain is not null and email_domain not in (select domain from {{ ref('free_mail_domains') }})
    group by email_domain
    having count(*) = 1
),

found_candidates as (
    select
        companies.crm_company_id,
        companies.created_at,
        accounts.account_id,
        'shared_id' as rule
    from known_companies as companies
    inner join {{ ref('int_accounts__known') }} as accounts on companies.billing_account_id = accounts.account_id
    union all
    select
        companies.crm_company_id,
        companies.created_at,
        domains.account_id,
        'domain' as rule
    from known_companies as companies
    inner join owned_domains as domains on companies.domain = domains.domain
)

select
    found.crm_company_id,
    found.account_id,
    found.rule,
    rules.rule_order,
    row_number() over (partition by found.crm_company_id order by rules.rule_order) as candidate_number,
    found.created_at as arisen_at
from found_candidates as found
inner join {{ ref('identity_rules') }} as rules
    on rules.kind = 'crm_company_account' and found.rule = rules.rule
