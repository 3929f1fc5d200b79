-- Money that came in and went back through charges, at the rate of its day and at the reference rate, side by side.
with movements as (
    select
        charges.charge_id as receipt_id,
        'charge' as receipt_kind,
        charges.charge_id,
        charges.account_id,
        charges.currency,
        charges.amount as native_amount,
        {{ local_date('charges.created_at') }} as received_on
    from {{ ref('charges') }} as charges
    where charges.status = 'succeeded'
    union all
    select
        refunds.refund_id as receipt_id,
        'refund' as receipt_kind,
        refunds.charge_id,
        charges.account_id,
        refunds.currency,
        -refunds.amount as native_amount,
        {{ local_date('refunds.created_at') }} as received_on
    from {{ ref('refunds') }} as refunds
    left join {{ ref('charges') }} as charges
        on refunds.charge_id = charges.charge_id
    where refunds.status = 'succeeded'
),

counted as (
    select movements.*
    from movements
    left join {{ ref('int_accounts__excluded') }} as excluded
        on movements.account_id = excluded.account_id
    where excluded.account_id is null and movements.received_on <= {{ as_of() }}
),

valued as (
    select
        counted.*,
        {{ scale_amount('counted.native_amount', 'reference.rate_numerator', 'reference.rate_denominator') }} as reference_amount,
        {{ scale_amount('counted.native_amount', 'rates.rate_units', '100000000') }} as day_amount,
        coalesce(rates.rate_basis, 'reference') as rate_basis
    from counted
    left join {{ ref('int_currencies__rated') }} as reference
        on counted.currency = reference.currency
    left join {{ ref('int_fx_rates__daily') }} as rates
        on
            counted.currency = rates.currency
            and counted.received_on = rates.rate_on
),

-- The reference rate of the day is rounded to 8 decimals, the constant one is exact: between the two there is no effect to show.
settled as (
    select
        *,
        case when rate_basis = 'reference' then reference_amount else day_amount end as cash_amount
    from valued
)

select
    settled.receipt_id,
    settled.receipt_kind,
    settled.charge_id,
    settled.account_id,
    settled.received_on,
    coalesce(accounts.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    settled.currency,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    settled.rate_basis,
    settled.native_amount,
    settled.reference_amount,
    cast(settled.cash_amount - settled.reference_amount as decimal(18, 4)) as fx_effect_amount,
    settled.cash_amount
from settled
left join {{ ref('int_account_mrr__dated') }} as accounts
    on
        settled.account_id = accounts.account_id
        and accounts.from_on <= settled.received_on
        and settled.received_on < accounts.to_on
