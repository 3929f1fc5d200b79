-- Weeks and months of every channel, those without anything too: a slope over weeks needs the empty ones. Channel
-- all is all of them together.
with periods as (
    select
        periods.clock,
        periods.period_on,
        periods.period_ends_on,
        channels.channel
    from {{ ref('int_periods__spined') }} as periods
    cross join {{ ref('channels') }} as channels
    where periods.clock in ('week', 'month') and periods.is_complete
),

events as (
    select
        spent_on as happened_on,
        channel,
        media_amount,
        0 as new_account_weight,
        0 as session_count
    from {{ ref('int_ad_spend__valued') }}
    union all
    select
        acquired_on as happened_on,
        channel,
        0 as media_amount,
        weight as new_account_weight,
        0 as session_count
    from {{ ref('int_credits__valued') }}
    union all
    select
        started_on as happened_on,
        channel,
        0 as media_amount,
        0 as new_account_weight,
        count(*) as session_count
    from {{ ref('int_sessions__channelled') }}
    group by started_on, channel
),

counted as (
    select
        periods.clock,
        periods.period_on,
        periods.period_ends_on,
        periods.channel,
        cast(coalesce(sum(events.media_amount), 0) as decimal(18, 4)) as media_amount,
        cast(coalesce(sum(events.new_account_weight), 0) as decimal(18, 10)) as new_account_weight,
        cast(coalesce(sum(events.session_count), 0) as bigint) as session_count
    from periods
    left join events
        on periods.channel = events.channel and events.happened_on between periods.period_on and periods.period_ends_on
    group by periods.clock, periods.period_on, periods.period_ends_on, periods.channel
)

select * from counted
union all by name
select
    clock,
    period_on,
    period_ends_on,
    'all' as channel,
    cast(sum(media_amount) as decimal(18, 4)) as media_amount,
    cast(sum(new_account_weight) as decimal(18, 10)) as new_account_weight,
    cast(sum(session_count) as bigint) as session_count
from counted
group by clock, period_on, period_ends_on
