with attempts as (
    select *
    from {{ ref('webhook_attempts') }}
    where
        {{ local_date('attempted_at') }} <= {{ as_of() }}
        and (
            billing_account_id is null
            or billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
        )
)

select
    delivery_id,
    max_by(billing_account_id, attempt_number) as account_id,
    min(attempted_at) as first_attempted_at,
    {{ local_date('min(attempted_at)') }} as first_attempted_on,
    max(attempted_at) as last_attempted_at,
    {{ local_date('max(attempted_at)') }} as last_attempted_on,
    count(*) as attempt_count,
    count(*) filter (where attempt_number > 1) as retry_count,
    arg_max_null(status_code, attempt_number) as last_status_code,
    -- No answer is no delivery.
    coalesce(arg_max_null(status_code, attempt_number) not between 200 and 299, true) as is_failed
from attempts
group by delivery_id
