with dated as (
    select
        subscription_item_id,
        subscription_id,
        effective_at,
        {{ local_date('effective_at') }} as from_on,
        price_id,
        quantity,
        is_deleted
    from {{ ref('subscription_items') }}
),

kept_last_of_day as (
    select *
    from dated
    where from_on <= {{ as_of() }}
    qualify row_number() over (partition by subscription_item_id, from_on order by effective_at desc) = 1
),

closed as (
    select
        * exclude (effective_at),
        lead(from_on, 1, date '9999-12-31') over (partition by subscription_item_id order by from_on) as to_on
    from kept_last_of_day
),

in_force as (
    select
        closed.subscription_item_id,
        closed.subscription_id,
        closed.from_on,
        closed.to_on,
        closed.price_id,
        -- A licensed item without a quantity is one unit; a metered one has none.
        case when prices.usage_type = 'metered' then closed.quantity else coalesce(closed.quantity, 1) end as quantity,
        prices.product_id,
        prices.currency,
        prices.billing_scheme,
        prices.tiers_mode,
        prices.unit_amount,
        prices.interval_unit,
        coalesce(prices.interval_count, 1) as interval_count,
        prices.price_type = 'recurring' and coalesce(prices.usage_type, 'licensed') = 'licensed' as is_recurring
    from closed
    left join {{ ref('prices') }} as prices
        on closed.price_id = prices.price_id
    where not closed.is_deleted
),

tiers as (
    select
        *,
        lag(up_to_quantity, 1, 0) over (partition by price_id order by tier_number) as after_quantity
    from {{ ref('price_tiers') }}
),

summed_tiers as (
    select
        used.price_id,
        used.quantity,
        sum(case
            when used.tiers_mode = 'graduated'
                then
                    tiers.unit_amount * (least(used.quantity, coalesce(tiers.up_to_quantity, used.quantity)) - tiers.after_quantity)
                    + tiers.flat_amount
            when used.quantity <= coalesce(tiers.up_to_quantity, used.quantity)
                then tiers.unit_amount * used.quantity + tiers.flat_amount
            else 0
        end) as amount,
        max(tiers.tier_number) as tier_number
    from (
        select distinct
            price_id,
            quantity,
            tiers_mode
        from in_force
        where billing_scheme = 'tiered' and is_recurring
    ) as used
    inner join tiers
        on used.price_id = tiers.price_id and used.quantity > tiers.after_quantity
    group by used.price_id, used.quantity
)

select
    in_force.*,
    cast(case
        when not in_force.is_recurring then 0
        when in_force.billing_scheme = 'tiered' then coalesce(summed_tiers.amount, 0)
        else in_force.unit_amount * in_force.quantity
    end as decimal(18, 4)) as period_amount,
    summed_tiers.tier_number,
    case in_force.interval_unit when 'week' then 52 when 'day' then 365 else 1 end as month_numerator,
    case when in_force.interval_unit = 'month' then 1 else 12 end * in_force.interval_count as month_denominator
from in_force
left join summed_tiers
    on in_force.price_id = summed_tiers.price_id and in_force.quantity = summed_tiers.quantity
