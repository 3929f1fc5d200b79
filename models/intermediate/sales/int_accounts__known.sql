with

kept_last_version as (
    select
        account_id,
        email_domain
    from {{ ref('accounts') }}
    where {{ local_date('valid_from_at') }} <= {{ as_of() }}
    qualify row_number() over (partition by account_id order by valid_from_at desc) = 1
)

select
    known.account_id,
    known.email_domain,
    excluded.account_id is not null as is_excluded
from kept_last_version as known
left join {{ ref('int_accounts__excluded') }} as excluded
    on known.account_id = excluded.account_id
