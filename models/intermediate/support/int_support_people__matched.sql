with hashed as (
    select
        email_hash,
        user_id
    from {{ ref('users') }}
    where email_hash is not null and {{ local_date('signed_up_at') }} <= {{ as_of() }}
    qualify row_number() over (partition by email_hash order by signed_up_at, user_id) = 1
),

named as (
    select
        people.person_id,
        people.source,
        people.role,
        coalesce(people.product_user_id, hashed.user_id) as user_id,
        organisations.billing_account_id
    from {{ ref('support_people') }} as people
    left join hashed
        on people.email_hash = hashed.email_hash
    left join {{ ref('support_organisations') }} as organisations
        on people.organisation_id = organisations.organisation_id
)

select
    named.person_id,
    named.source,
    named.role,
    named.user_id,
    coalesce(known.account_id, users.account_id) as account_id
from named
left join {{ ref('int_accounts__known') }} as known
    on named.billing_account_id = known.account_id
left join {{ ref('int_users__matched') }} as users
    on named.user_id = users.user_id
