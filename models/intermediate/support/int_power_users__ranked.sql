-- Core actions of each user on the days before each day on which somebody said something.
with user_days as (
    select
        events.user_id,
        {{ local_date('events.occurred_at') }} as day_on,
        count(*) as action_count
    from {{ ref('product_events') }} as events
    inner join {{ ref('core_actions') }} as core_actions
        on events.event_name = core_actions.event_name and core_actions.company = '{{ var("company") }}'
    inner join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    where not users.is_excluded
    group by all
),

item_days as (
    select distinct {{ local_date('submitted_at') }} as submitted_on
    from {{ ref('feedback_items') }}
    where {{ local_date('submitted_at') }} <= {{ as_of() }}
),

counted as (
    select
        item_days.submitted_on,
        user_days.user_id,
        sum(user_days.action_count) as action_count
    from item_days
    inner join user_days
        on
            user_days.day_on < item_days.submitted_on
            and user_days.day_on >= item_days.submitted_on - {{ threshold('feedback_power_user_days') }}
    group by item_days.submitted_on, user_days.user_id
),

ranked as (
    select
        submitted_on,
        user_id,
        action_count,
        rank() over (partition by submitted_on order by action_count desc) as place,
        count(*) over (partition by submitted_on) as user_count
    from counted
)

select
    submitted_on,
    user_id,
    cast(action_count as bigint) as action_count,
    place <= user_count * {{ threshold('feedback_power_user_share', 'decimal(10, 4)') }} as is_power_user
from ranked
