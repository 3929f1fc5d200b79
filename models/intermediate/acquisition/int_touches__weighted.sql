-- Weights are shares and no money: floating point until they are rounded to ten decimals; the last touch has what the others leave of 1.
with touches as (
    select
        conversions.account_id,
        conversions.acquired_on,
        sessions.session_id,
        sessions.started_at as touched_at,
        sessions.started_on as touched_on,
        coalesce(sessions.channel, 'unattributed') as channel,
        sessions.campaign_id,
        row_number() over (partition by conversions.account_id order by sessions.started_at, sessions.session_id) as touch_number
    from {{ ref('int_accounts__converted') }} as conversions
    left join (
        select
            visitors.account_id,
            sessions.*
        from {{ ref('int_visitors__identified') }} as visitors
        inner join {{ ref('int_sessions__channelled') }} as sessions
            on visitors.visitor_id = sessions.visitor_id
        where visitors.account_id is not null
    ) as sessions
        on
            conversions.account_id = sessions.account_id
            and sessions.started_on
            between conversions.acquired_on - {{ threshold('attribution_lookback_days') }} and conversions.acquired_on
),

described as (
    select
        *,
        count(*) over (partition by account_id) as touch_count,
        coalesce(
            max(case when channel <> 'direct' then touch_number end) over (partition by account_id),
            max(touch_number) over (partition by account_id)
        ) as last_non_direct_number,
        power(
            2.0, -cast(acquired_on - touched_on as double) / {{ threshold('attribution_half_life_days', 'double') }}
        ) as decay
    from touches
),

modelled as (
    select
        described.*,
        models.attribution_model,
        case
            when touch_count = 1 then 1
            when models.attribution_model = 'first_touch' then cast(touch_number = 1 as integer)
            when models.attribution_model = 'last_touch' then cast(touch_number = touch_count as integer)
            when models.attribution_model = 'last_non_direct' then cast(touch_number = last_non_direct_number as integer)
            when models.attribution_model = 'linear' then 1.0 / cast(touch_count as double)
            when models.attribution_model = 'time_decay' then decay / sum(decay) over (partition by account_id, models.attribution_model)
            when touch_count = 2 then 0.5
            when touch_number in (1, touch_count) then {{ threshold('attribution_end_share', 'double') }}
            else (1 - 2 * {{ threshold('attribution_end_share', 'double') }}) / cast(touch_count - 2 as double)
        end as share
    from described
    cross join (
        values ('first_touch'), ('last_touch'), ('last_non_direct'), ('linear'), ('position_based'), ('time_decay')
    ) as models (attribution_model)
),

rounded as (
    select
        *,
        cast(round(cast(share as double), 10) as decimal(12, 10)) as rounded_share,
        coalesce(
            sum(cast(round(cast(share as double), 10) as decimal(12, 10))) over (
                partition by account_id, attribution_model
                order by touch_number rows between unbounded preceding and 1 preceding
            ), 0
        ) as share_before
    from modelled
)

select
    account_id || '|' || attribution_model || '|' || cast(touch_number as varchar) as touch_id,
    account_id,
    attribution_model,
    acquired_on,
    case when session_id is null then 0 else touch_number end as touch_number,
    session_id,
    touched_at,
    touched_on,
    channel,
    campaign_id,
    cast(case when touch_number = touch_count then 1 - share_before else rounded_share end as decimal(12, 10)) as weight,
    -- What the touches before this one have: amounts are split at these marks, so that the parts add up.
    cast(share_before as decimal(12, 10)) as weight_before
from rounded
