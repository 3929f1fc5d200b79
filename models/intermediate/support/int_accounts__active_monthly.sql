with paying as (
    select distinct
        states.account_id,
        periods.period_on
    from {{ ref('int_account_mrr__dated') }} as states
    inner join {{ ref('int_periods__spined') }} as periods
        on states.from_on <= periods.closing_on and periods.starts_on < states.to_on
    where periods.clock = 'month' and states.mrr > 0
),

using_it as (
    select distinct
        users.account_id,
        cast(date_trunc('month', {{ local_date('events.occurred_at') }}) as date) as period_on
    from {{ ref('product_events') }} as events
    inner join {{ ref('int_users__matched') }} as users
        on events.user_id = users.user_id
    inner join {{ ref('core_actions') }} as core_actions
        on events.event_name = core_actions.event_name and core_actions.company = '{{ var("company") }}'
    where
        users.account_id is not null
        and not users.is_excluded
        and {{ local_date('events.occurred_at') }} <= {{ as_of() }}
)

select
    account_id,
    period_on,
    paying.account_id is not null as is_paying,
    using_it.account_id is not null as has_core_action
from paying
full outer join using_it using (account_id, period_on)
