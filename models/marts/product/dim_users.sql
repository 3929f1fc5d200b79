select
    users.user_id,
    users.account_id,
    users.crm_company_id,
    users.crm_contact_id,
    users.account_match_rule,
    users.contact_match_rule,
    users.email_domain,
    users.signed_up_at,
    users.signed_up_on,
    activated.activated_at,
    activated.activated_on,
    activated.is_mature,
    users.is_excluded
from {{ ref('int_users__matched') }} as users
inner join {{ ref('int_users__activated') }} as activated on users.user_id = activated.user_id
