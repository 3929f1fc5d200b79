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
    from {{ ref('int_discounts__dated') }} as discounts
    inner join owners
        on
            discounts.account_id = owners.account_id
            and coalesce(discounts.subscription_id, owners.subscription_id) = owners.subscription_id
),

bounds as (
    select subscription_id, unnest([from_on, to_on]) as bound_on from subscriptions
    union
    select subscription_id, unnest([from_on, to_on]) as bound_on from items
    union
    select subscription_id, unnest([from_on, to_on]) as bound_on from discounts
),

segments as (
    select
        subscription_id,
        bound_on as from_on,
        lead(bound_on) over (partition by subscription_id order by bound_on) as to_on
    from bounds
    qualify to_on is not null and from_on <= {{ as_of() }}
),

chosen_discounts as (
    select
        segments.subscription_id,
        segments.from_on,
        discounts.percent_off,
        discounts.amount_off,
        discounts.currency
    from segments
    inner join discounts
        on
            segments.subscription_id = discounts.subscription_id
            and discounts.from_on <= segments.from_on
            and segments.from_on < discounts.to_on
    qualify row_number() over (
        partition by segments.subscription_id, segments.from_on
        order by discounts.is_own desc, discounts.starts_at desc, discounts.discount_id desc
    ) = 1
),

discounted as (
    select
        items.* exclude (from_on, to_on),
        subscriptions.account_id,
        segments.from_on,
        segments.to_on,
        subscriptions.status,
        subscriptions.is_counting,
        case when subscriptions.is_counting then items.period_amount else 0 end as gross_amount,
        coalesce(chosen_discounts.percent_off, 0) as percent_off,
        -- An amount off is used up item after item: what the items before this one have left of it.
        case
            when chosen_discounts.amount_off is null or coalesce(chosen_discounts.currency, '') != items.currency then 0
            else greatest(0, chosen_discounts.amount_off - coalesce(sum(items.period_amount) over (
                partition by segments.subscription_id, segments.from_on order by items.subscription_item_id
                rows between unbounded preceding and 1 preceding
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
            segments.subscription_id = chosen_discounts.subscription_id
            and segments.from_on = chosen_discounts.from_on
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
