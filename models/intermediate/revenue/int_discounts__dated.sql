-- A discount that comes off the first invoice only is not recurring revenue's business.
with dated as (
    select
        discounts.discount_id,
        discounts.account_id,
        discounts.subscription_id,
        discounts.starts_at,
        {{ local_date('discounts.starts_at') }} as from_on,
        coalesce({{ local_date('discounts.ends_at') }}, date '9999-12-31') as to_on,
        coupons.duration,
        coupons.percent_off,
        coupons.amount_off,
        coupons.currency
    from {{ ref('discounts') }} as discounts
    inner join {{ ref('coupons') }} as coupons
        on discounts.coupon_id = coupons.coupon_id
    where coupons.duration in ('forever', 'repeating')
)

select *
from dated
where from_on <= {{ as_of() }} and from_on < to_on
