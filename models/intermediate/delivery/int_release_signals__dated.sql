select
    'failed_job_run' as signal,
    finished_at as occurred_at
from {{ ref('int_job_runs__judged') }}
where is_failed
union all
select
    'failed_webhook_attempt' as signal,
    attempted_at as occurred_at
from {{ ref('webhook_attempts') }}
where
    {{ local_date('attempted_at') }} <= {{ as_of() }}
    and coalesce(status_code not between 200 and 299, true)
    and coalesce(billing_account_id not in (select account_id from {{ ref('int_accounts__excluded') }}), true)
union all
select
    'activation' as signal,
    activated_at as occurred_at
from {{ ref('int_users__activated') }}
where activated_at is not null and not is_excluded
