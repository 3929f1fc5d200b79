-- What an account paid and got back in its first days, at the rate of the day on which the money moved.
with moved as (
    select
        account_id,
        {{ local_date('created_at') }} as moved_on,
        currency,
        amount
    from {{ ref('charges') }}
    where status = 'succeeded'
    union all
    select
        charges.account_id,
        {{ local_date('refunds.created_at') }} as moved_on,
        refunds.currency,
        -refunds.amount as amount
    from {{ ref('refunds') }} as refunds
    inner join {{ ref('charges') }} as charges on refunds.charge_id = charges.charge_id
    where refunds.status = 'succeeded'
)

select
    conversions.account_id,
    cast(coalesce(sum(
        {{ scale_amount('moved.amount', 'rates.rate_units', '100000000') }}
    ), 0) as decimal(18, 4)) as receipt_amount,
    conversions.acquired_on + {{ threshold('roas_window_days') }} - 1 as window_ends_on
from {{ ref('int_accounts__converted') }} as conversions
left join moved
    on
        conversions.account_id = moved.account_id
        and moved.moved_on between conversions.acquired_on and conversions.acquired_on + {{ threshold('roas_window_days') }} - 1
        and moved.moved_on <= {{ as_of() }}
left join {{ ref('int_fx_rates__daily') }} as rates
    on moved.moved_on = rates.rate_on and moved.currency = rates.currency
group by conversions.account_id, conversions.acquired_on
