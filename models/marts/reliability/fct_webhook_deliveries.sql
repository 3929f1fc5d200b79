select
    deliveries.delivery_id,
    deliveries.account_id,
    deliveries.first_attempted_at,
    deliveries.first_attempted_on,
    deliveries.last_attempted_at,
    deliveries.last_attempted_on,
    deliveries.last_status_code,
    deliveries.is_failed,
    coalesce(described.customer_segment, 'unknown') as customer_segment,
    coalesce(described.plan, 'none') as plan,
    1 as delivery_count,
    deliveries.attempt_count,
    deliveries.retry_count,
    cast(deliveries.is_failed as integer) as failed_delivery_count
from {{ ref('int_webhook_deliveries__judged') }} as deliveries
left join {{ ref('int_account_months__segmented') }} as described
    on
        deliveries.account_id = described.account_id
        and date_trunc('month', deliveries.last_attempted_on) = described.period_on
