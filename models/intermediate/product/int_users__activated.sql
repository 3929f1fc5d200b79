with

defined_outcome as (
    select
        event_name,
        within_days
    from {{ ref('activation_definitions') }}
    where company = '{{ var("company") }}' and is_current
),

reached_outcome as (
    select
        users.user_id,
        min(events.occurred_at) as activated_at
    from {{ ref('int_users__matched') }} as users
    cross join defined_outcome as outcome
    inner join {{ ref('product_events') }} as events
        on users.user_id = events.user_id and outcome.event_name = events.event_name
    where
        events.occurred_at between users.signed_up_at and users.signed_up_at + to_days(outcome.within_days)
        and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
    group by users.user_id
)

select
    users.user_id,
    users.account_id,
    users.signed_up_on,
    reached.activated_at,
    {{ local_date('reached.activated_at') }} as activated_on,
    coalesce(users.signed_up_on + outcome.within_days <= {{ as_of() }}, false) as is_mature,
    users.is_excluded
from {{ ref('int_users__matched') }} as users
left join defined_outcome as outcome on true
left join reached_outcome as reached on users.user_id = reached.user_id
