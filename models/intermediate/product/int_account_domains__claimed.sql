with

claimed_domains as (
    select
        email_domain as domain,
        account_id
    from {{ ref('int_accounts__known') }}
    union
    select
        companies.domain,
        matched.account_id
    from {{ ref('int_crm_companies__matched') }} as matched
    inner join {{ ref('crm_companies') }} as companies on matched.crm_company_id = companies.crm_company_id
    where matched.account_id is not null
)

select
    domain,
    case when count(*) = 1 then min(account_id) end as account_id,
    count(*) as account_count
from claimed_domains
where domain is not null and domain not in (select domain from {{ ref('free_mail_domains') }})
group by domain
