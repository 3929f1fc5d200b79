with dated as (
    select
        account_id,
        valid_from_at,
        {{ local_date('valid_from_at') }} as from_on,
        country,
        customer_segment,
        currency
    from {{ ref('accounts') }}
),

kept_last_of_day as (
    select *
    from dated
    where
        from_on <= {{ as_of() }}
        and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
    qualify row_number() over (partition by account_id, from_on order by valid_from_at desc) = 1
)

select
    account_id,
    from_on,
    lead(from_on, 1, date '9999-12-31') over (partition by account_id order by from_on) as to_on,
    country,
    customer_segment,
    currency
from kept_last_of_day
