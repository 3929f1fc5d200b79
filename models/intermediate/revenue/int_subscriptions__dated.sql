with dated as (
    select
        states.subscription_id,
        subscriptions.account_id,
        states.effective_at,
        {{ local_date('states.effective_at') }} as from_on,
        states.status,
        states.is_collection_paused,
        states.status in ('active', 'past_due') and not states.is_collection_paused as is_counting,
        states.status in ('active', 'past_due') and coalesce(states.is_cancel_requested, false) as is_cancelling,
        states.churn_reason
    from {{ ref('subscription_states') }} as states
    inner join {{ ref('subscriptions') }} as subscriptions
        on states.subscription_id = subscriptions.subscription_id
    where subscriptions.account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
),

kept_last_of_day as (
    select *
    from dated
    where from_on <= {{ as_of() }}
    qualify row_number() over (partition by subscription_id, from_on order by effective_at desc) = 1
),

-- A renewal is a new state that changes nothing here; dropping it keeps the intervals few.
kept_changes as (
    select *
    from kept_last_of_day
    qualify
        lag(hash(status, is_collection_paused, is_cancelling, churn_reason)) over (partition by subscription_id order by from_on)
        is distinct from hash(status, is_collection_paused, is_cancelling, churn_reason)
),

closed as (
    select
        * exclude (effective_at),
        lead(from_on, 1, date '9999-12-31') over (partition by subscription_id order by from_on) as to_on
    from kept_changes
)

select
    subscription_id,
    account_id,
    from_on,
    to_on,
    status,
    is_collection_paused,
    is_counting,
    is_cancelling,
    churn_reason,
    -- Day on which it last left paid service, seen from a state that is out of it.
    case
        when not is_counting
            then max(case when is_counting then to_on end) over (
                    partition by subscription_id order by from_on
                    rows between unbounded preceding and 1 preceding
                )
    end as left_on
from closed
