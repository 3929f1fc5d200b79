with invoices as (
    select
        *,
        {{ local_date('created_at') }} as invoiced_on,
        -- A payment after the run's day has not happened yet, whatever the invoice says by now.
        case when {{ local_date('paid_at') }} <= {{ as_of() }} then {{ local_date('paid_at') }} end as paid_on
    from {{ ref('invoices') }}
    where
        {{ local_date('created_at') }} <= {{ as_of() }}
        and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
)

select
    invoices.invoice_id,
    invoices.account_id,
    invoices.subscription_id,
    invoices.invoiced_on,
    invoices.paid_on,
    case when invoices.status = 'paid' and invoices.paid_on is null and invoices.paid_at is not null then 'open' else invoices.status end as status,
    invoices.attempt_count,
    coalesce(accounts.plan, 'unknown') as plan,
    coalesce(accounts.country, 'unknown') as country,
    invoices.currency,
    coalesce(accounts.customer_segment, 'unknown') as customer_segment,
    coalesce(accounts.acquisition_month, 'none') as acquisition_month,
    invoices.total_amount as native_total_amount,
    {{ scale_amount('invoices.subtotal_amount', 'rates.rate_numerator', 'rates.rate_denominator') }} as subtotal_amount,
    {{ scale_amount('invoices.tax_amount', 'rates.rate_numerator', 'rates.rate_denominator') }} as tax_amount,
    {{ scale_amount('invoices.total_amount', 'rates.rate_numerator', 'rates.rate_denominator') }} as total_amount,
    case
        when invoices.paid_at is not null and invoices.paid_on is null then 0
        else {{ scale_amount('invoices.paid_amount', 'rates.rate_numerator', 'rates.rate_denominator') }}
    end as paid_amount
from invoices
left join {{ ref('int_currencies__rated') }} as rates
    on invoices.currency = rates.currency
left join {{ ref('int_account_mrr__dated') }} as accounts
    on
        invoices.account_id = accounts.account_id
        and accounts.from_on <= invoices.invoiced_on
        and invoices.invoiced_on < accounts.to_on
