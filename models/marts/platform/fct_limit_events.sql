-- An invoice surprises when no warning went out in the days before it.
with events as (
    select
        events.limit_event_id,
        events.billing_account_id as account_id,
        events.limit_name,
        events.event_kind,
        events.occurred_at,
        {{ local_date('events.occurred_at') }} as occurred_on,
        events.currency,
        events.amount
    from {{ ref('limit_events') }} as events
    where
        {{ local_date('events.occurred_at') }} <= {{ as_of() }}
        and events.billing_account_id not in (select excluded.account_id from {{ ref('int_accounts__excluded') }} as excluded)
),

warned as (
    select
        events.*,
        max(case when event_kind = 'warned' then occurred_at end) over (
            partition by account_id, limit_name
            order by occurred_at range between unbounded preceding and interval 1 microsecond preceding
        ) as last_warned_at
    from events
),

judged as (
    select
        *,
        event_kind = 'overage_billed' as is_overage,
        event_kind = 'overage_billed'
        and (
            last_warned_at is null
            or last_warned_at < occurred_at - to_days({{ threshold('surprise_invoice_window_days') }})
        ) as is_surprise
    from warned
)

select
    judged.limit_event_id,
    judged.account_id,
    judged.limit_name,
    judged.event_kind,
    judged.occurred_at,
    judged.occurred_on,
    judged.last_warned_at,
    cast(case
        when not judged.is_overage then 0
        when judged.currency = '{{ var("reporting_currency") }}' then judged.amount
        else {{ scale_amount('judged.amount', 'rates.rate_numerator', 'rates.rate_denominator') }}
    end as decimal(18, 4)) as overage_amount,
    coalesce(states.plan, 'none') as plan,
    coalesce(states.customer_segment, 'unknown') as customer_segment,
    coalesce(states.country, 'unknown') as country,
    cast(judged.event_kind = 'warned' as integer) as warning_count,
    cast(judged.event_kind in ('reached', 'blocked') as integer) as hit_count,
    cast(judged.is_overage as integer) as overage_count,
    cast(judged.is_surprise as integer) as surprise_count
from judged
left join {{ ref('int_currencies__rated') }} as rates
    on judged.currency = rates.currency
left join {{ ref('int_account_mrr__dated') }} as states
    on
        judged.account_id = states.account_id
        and states.from_on <= judged.occurred_on
        and judged.occurred_on < states.to_on
