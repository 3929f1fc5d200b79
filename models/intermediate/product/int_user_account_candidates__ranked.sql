with

known_users as (
    select
        user_id,
        billing_account_id,
        email_domain,
        signed_up_at
    from {{ ref('users') }}
    where {{ local_date('signed_up_at') }} <= {{ as_of() }}
),

found_candidates as (
    select
        users.user_id,
        accounts.account_id,
        'shared_id' as rule,
        1 as contact_number
    from known_users as users
    inner join {{ ref('int_accounts__known') }} as accounts on users.billing_account_id = accounts.account_id
    union all
    -- Several contacts of one person may lead to one account: that is one candidate.
    select
        contacts.user_id,
        companies.account_id,
        'email_hash' as rule,
        min(contacts.candidate_number) as contact_number
    from {{ ref('int_user_contact_candidates__ranked') }} as contacts
    inner join {{ ref('int_crm_companies__matched') }} as companies on contacts.crm_company_id = companies.crm_company_id
    where companies.account_id is not null
    group by contacts.user_id, companies.account_id
    union all
    select
        users.user_id,
        domains.account_id,
        'domain' as rule,
        1 as contact_number
    from known_users as users
    inner join {{ ref('int_account_domains__claimed') }} as domains on users.email_domain = domains.domain
    where domains.account_id is not null
)

select
    found.user_id,
    found.account_id,
    found.rule,
    rules.rule_order,
    row_number() over (partition by found.user_id order by rules.rule_order, found.contact_number) as candidate_number,
    users.signed_up_at as arisen_at
from found_candidates as found
inner join known_users as users on found.user_id = users.user_id
inner join {{ ref('identity_rules') }} as rules
    on rules.kind = 'user_account' and found.rule = rules.rule
