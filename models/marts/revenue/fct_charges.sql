-- Refunds and disputes stand beside the charge they undo, so that their rates are by charge month.
with charges as (
    select
        *,
        {{ local_date('created_at') }} as charged_on
    from {{ ref('charges') }}
    where
        {{ local_date('created_at') }} <= {{ as_of() }}
        and (account_id is null or account_id not in (select account_id from {{ ref('int_accounts__excluded') }}))
),

rates as (
    select * from {{ ref('int_currencies__rated') }}
),

refunded as (
    select
        refunds.charge_id,
        sum({{ scale_amount('refunds.amount', 'rates.rate_numerator', 'rates.rate_denominator') }}) as amount
    from {{ ref('refunds') }} as refunds
    left join rates
        on refunds.currency = rates.currency
    where refunds.status = 'succeeded' and {{ local_date('refunds.created_at') }} <= {{ as_of() }}
    group by refunds.charge_id
),

disputed as (
    select
        disputes.charge_id,
        sum({{ scale_amount('disputes.amount', 'rates.rate_numerator', 'rates.rate_denominator') }}) as amount
    from {{ ref('disputes') }} as disputes
    left join rates
        on disputes.currency = rates.currency
    where {{ local_date('disputes.created_at') }} <= {{ as_of() }}
    group by disputes.charge_id
)

select
    charges.charge_id,
    charges.account_id,
    charges.invoice_id,
    charges.created_at as charged_at,
    charges.charged_on,
    cast(date_trunc('month', charges.charged_on) as date) as charge_month_on,
    charges.status,
    charges.failure_code,
    coalesce(accounts.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    charges.currency,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.acquisition_month, 'none') as acquisition_month,
    charges.amount as native_amount,
    case
        when charges.status = 'succeeded' then {{ scale_amount('charges.amount', 'rates.rate_numerator', 'rates.rate_denominator') }}
        else 0
    end as charged_amount,
    cast(coalesce(refunded.amount, 0) as decimal(18, 4)) as refunded_amount,
    cast(coalesce(disputed.amount, 0) as decimal(18, 4)) as disputed_amount,
    cast(charges.status = 'succeeded' as integer) as charge_count,
    cast(charges.status = 'failed' as integer) as failed_charge_count,
    cast(refunded.charge_id is not null as integer) as refunded_charge_count,
    cast(disputed.charge_id is not null as integer) as disputed_charge_count
from charges
left join rates
    on charges.currency = rates.currency
left join refunded
    on charges.charge_id = refunded.charge_id
left join disputed
    on charges.charge_id = disputed.charge_id
left join {{ ref('int_account_mrr__dated') }} as accounts
    on
        charges.account_id = accounts.account_id
        and accounts.from_on <= charges.charged_on
        and charges.charged_on < accounts.to_on
