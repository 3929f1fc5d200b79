-- A plain table in portable SQL, one pass over the events; small, because a user has few weeks.
{{ config(tags=['event_scale']) }}
with used_weeks as (
    select distinct
        events.user_id,
        cast(date_trunc('week', {{ local_date('events.occurred_at') }}) as date) as used_week_on
    from {{ ref('product_events') }} as events
    where
        {{ local_date('events.occurred_at') }} <= {{ as_of() }}
        and events.event_name in (
            select core_actions.event_name from {{ ref('core_actions') }} as core_actions where core_actions.company = '{{ var("company") }}'
        )
),

joined_weeks as (
    select
        user_id,
        account_id,
        signed_up_on,
        cast(date_trunc('week', signed_up_on) as date) as cohort_week_on
    from {{ ref('int_users__matched') }}
    where signed_up_on <= {{ as_of() }} and not is_excluded
)

select
    users.user_id,
    users.account_id,
    users.signed_up_on,
    users.cohort_week_on,
    -- Whole weeks that have ended since the week of the sign-up; below 0 in that week itself.
    cast(date_diff('day', users.cohort_week_on, {{ as_of() }} + 1) // 7 - 1 as integer) as last_complete_week,
    coalesce(
        list(cast(date_diff('day', users.cohort_week_on, used_weeks.used_week_on) // 7 as integer)) filter (
            where used_weeks.used_week_on is not null
        ),
        []
    ) as active_weeks
from joined_weeks as users
left join used_weeks
    on users.user_id = used_weeks.user_id and users.cohort_week_on <= used_weeks.used_week_on
group by users.user_id, users.account_id, users.signed_up_on, users.cohort_week_on
