select
    users.user_id,
    accounts.account_id,
    contacts.crm_company_id,
    contacts.crm_contact_id,
    accounts.rule as account_match_rule,
    contacts.rule as contact_match_rule,
    users.email_domain,
    users.signed_up_at,
    {{ local_date('users.signed_up_at') }} as signed_up_on,
    coalesce(known.is_excluded, false) as is_excluded
from {{ ref('users') }} as users
left join {{ ref('int_user_account_candidates__ranked') }} as accounts
    on users.user_id = accounts.user_id and accounts.candidate_number = 1
left join {{ ref('int_user_contact_candidates__ranked') }} as contacts
    on users.user_id = contacts.user_id and contacts.candidate_number = 1
left join {{ ref('int_accounts__known') }} as known
    on accounts.account_id = known.account_id
where {{ local_date('users.signed_up_at') }} <= {{ as_of() }}
