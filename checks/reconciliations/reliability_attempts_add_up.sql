-- Attempts at webhooks are counted by month and by delivery, one way from the attempts and one from what became of them: an account's
-- segments double none. A row here is the whole when the two differ.
with counted as (
    select
        (select sum(months.attempt_count) from {{ ref('fct_webhook_attempts_monthly') }} as months) as month_attempt_count,
        (select sum(deliveries.attempt_count) from {{ ref('fct_webhook_deliveries') }} as deliveries) as delivery_attempt_count,
        (select sum(months.retry_count) from {{ ref('fct_webhook_attempts_monthly') }} as months) as month_retry_count,
        (select sum(deliveries.retry_count) from {{ ref('fct_webhook_deliveries') }} as deliveries) as delivery_retry_count
)

select *
from counted
where
    month_attempt_count is distinct from delivery_attempt_count
    or month_retry_count is distinct from delivery_retry_count
