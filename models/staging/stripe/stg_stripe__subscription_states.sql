-- `unpaid` is how dunning ends where the vendor is set to keep the subscription: payment failed, nobody cancelled.
select
    'stripe:' || subscription_id as subscription_id,
    effective_at,
    status,
    pause_collection is not null as is_collection_paused,
    coalesce(cancel_at_period_end, false) as is_cancel_requested,
    current_period_start as period_started_at,
    current_period_end as period_ended_at,
    case
        when cancellation_reason in ('payment_failed', 'payment_disputed') or status = 'unpaid' then 'involuntary'
        when cancellation_reason = 'cancellation_requested' then 'voluntary'
    end as churn_reason
from {{ source('stripe', 'subscription_history') }}
