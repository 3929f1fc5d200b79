select
    users.user_id,
    contacts.crm_contact_id,
    contacts.crm_company_id,
    rules.rule,
    rules.rule_order,
    row_number() over (partition by users.user_id order by contacts.created_at, contacts.crm_contact_id) as candidate_number,
    users.signed_up_at as arisen_at
from {{ ref('users') }} as users
inner join {{ ref('crm_contacts') }} as contacts
    on users.email_hash = contacts.email_hash and {{ local_date('contacts.created_at') }} <= {{ as_of() }}
inner join {{ ref('identity_rules') }} as rules
    on rules.kind = 'user_contact' and rules.rule = 'email_hash'
where {{ local_date('users.signed_up_at') }} <= {{ as_of() }}
