-- THE price of an item, once for every reading of discounts: which durations of coupons take something off.
with subscriptions as (
    select * from {{ ref('int_subscriptions__dated') }}
),

items as (
    select * from {{ ref('int_subscription_items__dated') }}
),

owners as (
    select distinct subscription_id, account_id from subscriptions
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

readings (discounts_counted, durations) as (
    values ('forever', ['forever']), ('recurring', ['forever', 'repeating']), ('all', ['forever', 'repeating', 'once'])
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
        scopes.is_contested,
        discounts.*
    from scopes
    inner join discounts
        on scopes.subscription_id = discounts.subscription_id and list_contains(scopes.durations, discounts.duration)
),

bounds as (
    {%- for changes in ['subscriptions', 'items'] %}
    select
        scopes.* exclude (durations),
        unnest([{{ changes }}.from_on, {{ changes }}.to_on]) as bound_on
    from scopes
    inner join {{ changes }}
        on scopes.subscription_id = {{ changes }}.subscription_id
    union
    {%- endfor %}
    select
        subscription_id,
        discounts_counted,
        is_contested,
        unnest([from_on, to_on]) as bound_on
    from counted_discounts
),

segments as (
    select
        * exclude (bound_on),
        bound_on as from_on,
        lead(bound_on) over (partition by discounts_counted, subscription_id order by bound_on) as to_on
    from bounds
    qualify to_on is not null and from_on <= {{ as_of() }}
),

reduced_segments as (
    select
        segments.*,
        discounts.percent_off,
        discounts.amount_off,
        discounts.currency as discount_currency
    from segments
    left join counted_discounts as discounts
        on
            segments.discounts_counted = discounts.discounts_counted
            and segments.subscription_id = discounts.subscription_id
            and discounts.from_on <= segments.from_on
            and segments.from_on < discounts.to_on
    qualify row_number() over (
            partition by segments.discounts_counted, segments.subscription_id, segments.from_on
            order by discounts.is_own desc nulls last, discounts.starts_at desc, discounts.discount_id desc
        ) = 1
),

discounted as (
    select
        items.* exclude (from_on, to_on),
        segments.* exclude (subscription_id, percent_off, amount_off, discount_currency),
        subscriptions.account_id,
        subscriptions.status,
        subscriptions.is_counting,
        subscriptions.is_cancelling,
        case when subscriptions.status in ('active', 'past_due') then items.period_amount else 0 end as gross_amount,
        coalesce(segments.percent_off, 0) as percent_off,
        -- An amount off is used up item after item: what the items before this one have left of it.
        case
            when segments.amount_off is null or coalesce(segments.discount_currency, '') != items.currency then 0
            else greatest(0, segments.amount_off - coalesce(sum(items.period_amount) over (
                    partition by segments.discounts_counted, segments.subscription_id, segments.from_on
                    order by items.subscription_item_id rows between unbounded preceding and 1 preceding
                ), 0))
        end as amount_off
    from reduced_segments as segments
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
),

monthly as (
    select
        * exclude (gross_amount, percent_off, amount_off, period_amount, month_numerator, month_denominator),
        {{ scale_amount('gross_amount', 'month_numerator', 'month_denominator') }} as gross_native_mrr,
        {{ scale_amount(
            'greatest(gross_amount - amount_off, 0)',
            'cast((100 - percent_off) * 10000 as hugeint) * month_numerator',
            'cast(1000000 as hugeint) * month_denominator'
        ) }} as native_mrr
    from discounted
)

select
    monthly.*,
    products.product_name,
    products.kind,
    {{ scale_amount('monthly.gross_native_mrr', 'rates.rate_numerator', 'rates.rate_denominator') }} as gross_mrr,
    {{ scale_amount('monthly.native_mrr', 'rates.rate_numerator', 'rates.rate_denominator') }} as mrr
from monthly
left join {{ ref('products') }} as products
    on monthly.product_id = products.product_id
left join {{ ref('int_currencies__rated') }} as rates
    on monthly.currency = rates.currency
