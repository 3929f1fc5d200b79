-- Matching neither drops nor doubles: as many users, companies and browsers as the conformed tables have up to the run's day, in every
-- table that is one row per entity; and every matched user of an account that counts is counted there once.
with

counted_sides as (
    select
        'users in dim_users' as compared,
        (select count(*) from {{ ref('users') }} where {{ local_date('signed_up_at') }} <= {{ as_of() }}) as conformed_count,
        (select count(*) from {{ ref('dim_users') }}) as matched_count
    union all
    select
        'user_account matches' as compared,
        (select count(*) from {{ ref('users') }} where {{ local_date('signed_up_at') }} <= {{ as_of() }}) as conformed_count,
        (select count(*) from {{ ref('fct_identity_matches') }} where kind = 'user_account') as matched_count
    union all
    select
        'user_contact matches' as compared,
        (select count(*) from {{ ref('users') }} where {{ local_date('signed_up_at') }} <= {{ as_of() }}) as conformed_count,
        (select count(*) from {{ ref('fct_identity_matches') }} where kind = 'user_contact') as matched_count
    union all
    select
        'crm_company_account matches' as compared,
        (select count(*) from {{ ref('crm_companies') }} where {{ local_date('created_at') }} <= {{ as_of() }}) as conformed_count,
        (select count(*) from {{ ref('fct_identity_matches') }} where kind = 'crm_company_account') as matched_count
    union all
    select
        'visitor_user matches' as compared,
        (
            select count(distinct visitor_id) from {{ ref('visitor_identities') }} where {{ local_date('identified_at') }} <= {{ as_of() }}
        ) as conformed_count,
        (select count(*) from {{ ref('fct_identity_matches') }} where kind = 'visitor_user') as matched_count
    union all
    select
        'accounts in dim_accounts' as compared,
        (
            select count(distinct account_id)
            from {{ ref('accounts') }}
            where
                {{ local_date('valid_from_at') }} <= {{ as_of() }}
                and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
        ) as conformed_count,
        (select count(*) from {{ ref('dim_accounts') }}) as matched_count
    union all
    select
        'users of accounts in dim_accounts' as compared,
        (select count(*) from {{ ref('dim_users') }} where account_id is not null and not is_excluded) as conformed_count,
        (select coalesce(sum(user_count), 0) from {{ ref('dim_accounts') }}) as matched_count
)

select
    compared,
    conformed_count,
    matched_count
from counted_sides
where conformed_count is distinct from matched_count
