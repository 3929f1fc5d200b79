-- A coupon that is used once comes off one invoice, and so off the billing period which that invoice began. Unused, off nothing.
with states as (
    select
        subscription_id,
        period_started_at,
        max_by(period_ended_at, effective_at) as period_ended_at
    from {{ ref('subscription_states') }}
    where period_started_at is not null
    group by subscription_id, period_started_at
),

-- A plan may begin a new period before the old one is over.
billing_periods as (
    select
        subscription_id,
        period_started_at,
        least(
            period_ended_at, lead(period_started_at) over (partition by subscription_id order by period_started_at)
        ) as period_ended_at
    from states
),

used as (
    select
        discounts.discount_id,
        discounts.account_id,
        billing_periods.subscription_id,
        discounts.starts_at,
        {{ local_date('billing_periods.period_started_at') }} as from_on,
        {{ local_date('billing_periods.period_ended_at') }} as to_on,
        coupons.duration,
        coupons.percent_off,
        coupons.amount_off,
        coupons.currency
    from {{ ref('discounts') }} as discounts
    inner join {{ ref('coupons') }} as coupons
        on discounts.coupon_id = coupons.coupon_id
    inner join {{ ref('subscriptions') }} as subscriptions
        on
            discounts.account_id = subscriptions.account_id
            and coalesce(discounts.subscription_id, subscriptions.subscription_id) = subscriptions.subscription_id
    inner join billing_periods
        on
            subscriptions.subscription_id = billing_periods.subscription_id
            and billing_periods.period_started_at <= discounts.ends_at
            and discounts.ends_at < billing_periods.period_ended_at
    where coupons.duration = 'once' and {{ local_date('discounts.ends_at') }} <= {{ as_of() }}
    qualify row_number() over (
            partition by discounts.discount_id
            order by billing_periods.period_started_at desc, billing_periods.subscription_id asc
        ) = 1
)

select *
from used
where from_on < to_on
