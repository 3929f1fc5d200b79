-- Dunning: what failed at the first attempt, and how much of it came in afterwards.
with attempts as (
    select
        *,
        row_number() over (partition by invoice_id order by charged_at, charge_id) as attempt_number
    from {{ ref('fct_charges') }}
    where invoice_id is not null
),

first_failures as (
    select
        attempts.*,
        {{ scale_amount('attempts.native_amount', 'rates.rate_numerator', 'rates.rate_denominator') }} as failed_amount
    from attempts
    left join {{ ref('int_currencies__rated') }} as rates
        on attempts.currency = rates.currency
    where attempts.attempt_number = 1 and attempts.status = 'failed'
),

later as (
    select
        invoice_id,
        count(*) as retry_count,
        sum(charged_amount) as recovered_amount,
        min(case when status = 'succeeded' then charged_on end) as recovered_on
    from attempts
    where attempt_number > 1
    group by invoice_id
)

select
    first_failures.invoice_id,
    first_failures.account_id,
    first_failures.charged_on as failed_on,
    later.recovered_on,
    first_failures.failure_code,
    cast(1 + coalesce(later.retry_count, 0) as integer) as attempt_count,
    first_failures.plan,
    first_failures.country,
    first_failures.currency,
    first_failures.customer_segment,
    first_failures.acquisition_month,
    first_failures.failed_amount,
    -- Never more than what failed: a retry may carry a tax or a fee of its own.
    cast(least(first_failures.failed_amount, coalesce(later.recovered_amount, 0)) as decimal(18, 4)) as recovered_amount,
    1 as failed_invoice_count,
    cast(later.recovered_on is not null as integer) as recovered_invoice_count
from first_failures
left join later
    on first_failures.invoice_id = later.invoice_id
