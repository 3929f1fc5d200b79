-- THE price of an item, once for every reading of discounts: which durations of coupons take something off.
with subscriptions as (
    select * from {{ ref('int_subscriptions__dated') }}
),

items as (
    select * from {{ ref('int_subscription_items__dated') }}
),

owners as (
    select distinct
        subscription_id,
        account_id
    from subscriptions
),

-- A discount of the account is one of each of its subscriptions, behind the subscription's own.
discounts as (
    select
        owners.subscription_id,
        discounts.* exclude (subscription_id),
        discounts.subscription_id is not null as is_own
    from (
        select * from {{ ref('int_discounts__dated') }}
        union all by name
        select * from {{ ref('int_discounts__used_once') }}
    ) as discounts
    inner join owners
        on
            discounts.account_id = owners.account_id
            and coalesce(discounts.subscription_id, owners.subscription_id) = owners.subscription_id
),

readings as (
    select *
    from (values
        ('forever', ['forever']),
        ('recurring', ['forever', 'repeating']),
        ('all', ['forever', 'repeating', 'once'])
    ) as readings (discounts_counted, durations)
),

-- The readings differ only where a discount ends by itself; elsewhere the recurring one stands for all.
scopes as (
    select
        owners.subscription_id,
        readings.*,
        contested.subscription_id is not null as is_contested
    from owners
    left join (select distinct subscription_id from discounts where duration != 'forever') as contested
        on owners.subscription_id = contested.subscription_id
    inner join readings
        on contested.subscription_id is not null or readings.discounts_counted = 'recurring'
),

counted_discounts as (
    select
        scopes.discounts_counted,
        discounts.*
    from scopes
    inner join discounts
        on scopes.subscription_id = discounts.subscription_id and list_contains(scopes.durations, discounts.duration)
),

bounds as (
    {%- for changes in ['subscriptions', 'items'] %}
    select
        scopes.discounts_counted,
        scopes.subscription_id,
        unnest([{{ changes }}.from_on, {{ changes }}.to_on]) as bound_on
    from scopes
    inner join {{ changes }}
        on scopes.subscription_id = {{ changes }}.subscription_id
    union
    {%- endfor %}
    select
        discounts_counted,
        subscription_id,
        unnest([from_on, to_on]) as bound_on
    from counted_discounts
),

segments as (
    select
        discounts_counted,
        subscription_id,
        bound_on as from_on,
        lead(bound_on) over (partition by discounts_counted, subscription_id order by bound_on) as to_on
    from bounds
    qualify to_on is not null and from_on <= {{ as_of() }}
),

chosen_discounts as (
    select
        segments.discounts_counted,
        segments.subscription_id,
        segments.from_on,
        discounts.percent_off,
        discounts.amount_off,
        discounts.currency
    from segments
    inner join counted_discounts as discounts
        on
            segments.discounts_counted = discounts.discounts_counted
            and segments.subscription_id = discounts.subscription_id
            and discounts.from_on <= segments.from_on
            and segments.from_on < discounts.to_on
    qualify row_number() over (
        partition by segments.discounts_counted, segments.subscription_id, segments.from_on
        order by discounts.is_own desc, discounts.starts_at desc, discounts.discount_id desc
    ) = 1
),

discounted as (
    select
        items.* exclude (from_on, to_on),
        segments.discounts_counted,
        subscriptions.account_id,
        segments.from_on,
        segments.to_on,
        subscriptions.status,
        subscriptions.is_counting,
        subscriptions.is_cancelling,
        case when subscriptions.status in ('active', 'past_due') then items.period_amount else 0 end as gross_amount,
        coalesce(chosen_discounts.percent_off, 0) as percent_off,
        -- An amount off is used up item after item: what the items before this one have left of it.
        case
            when chosen_discounts.amount_off is null or coalesce(chosen_discounts.currency, '') != items.currency then 0
            else greatest(0, chosen_discounts.amount_off - coalesce(sum(items.period_amount) over (
                partition by segments.discounts_counted, segments.subscription_id, segments.from_on
                order by items.subscription_item_id rows between unbounded preceding and 1 preceding
            ), 0))
        end as amount_off
    from segments
    inner join subscriptions
        on
            segments.subscription_id = subscriptions.subscription_id
            and subscriptions.from_on <= segments.from_on
            and segments.from_on < subscriptions.to_on
    inner join items
        on
            segments.subscription_id = items.subscription_id
            and items.from_on <= segments.from_on
            and segments.from_on < items.to_on
    left join chosen_discounts
        on
            segments.discounts_counted = chosen_discounts.discounts_counted
            and segments.subscription_id = chosen_discounts.subscription_id
            and segments.from_on = chosen_discounts.from_on
)

select
    discounted.* exclude (gross_amount, percent_off, amount_off, period_amount, month_numerator, month_denominator),
    scopes.is_contested,
    {{ scale_amount('gross_amount', 'month_numerator', 'month_denominator') }} as gross_native_mrr,
    {{ scale_amount(
        'greatest(gross_amount - amount_off, 0)',
        'cast((100 - percent_off) * 10000 as hugeint) * month_numerator',
        'cast(1000000 as hugeint) * month_denominator'
    ) }} as native_mrr
from discounted
inner join scopes
    on discounted.subscription_id = scopes.subscription_id and discounted.discounts_counted = scopes.discounts_counted
