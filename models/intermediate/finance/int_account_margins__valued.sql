with ratios as (
    select * from {{ ref('int_gross_margins__monthly') }}
    where revenue_amount > 0
),

months as (
    select
        periods.period_on,
        periods.is_complete,
        ratios.revenue_amount as company_revenue_amount,
        ratios.cost_of_revenue_amount
    from {{ ref('int_periods__spined') }} as periods
    -- A running month's books lack what is posted on its last day: it has the ratio of the month before.
    inner join ratios
        on
            ratios.period_on
            = case when periods.is_complete then periods.period_on else periods.period_on - interval 1 month end
    where periods.clock = 'month'
),

revenues as (
    select
        account_id,
        period_on,
        sum(closing_mrr) as revenue_amount
    from {{ ref('int_mrr_movements__classified') }}
    where clock = 'month'
    group by account_id, period_on
),

given_back as (
    select
        charges.account_id,
        cast(date_trunc('month', {{ local_date('refunds.created_at') }}) as date) as period_on,
        sum({{ scale_amount('refunds.amount', 'rates.rate_numerator', 'rates.rate_denominator') }}) as refund_amount
    from {{ ref('refunds') }} as refunds
    inner join {{ ref('charges') }} as charges
        on refunds.charge_id = charges.charge_id
    inner join {{ ref('int_currencies__rated') }} as rates
        on refunds.currency = rates.currency
    where refunds.status = 'succeeded' and {{ local_date('refunds.created_at') }} <= {{ as_of() }}
    group by all
)

select
    accounts.account_id || '|' || months.period_on as account_month_id,
    accounts.account_id,
    months.period_on,
    cast(date_diff('month', accounts.acquired_month, months.period_on) as integer) as month_number,
    cast(coalesce(revenues.revenue_amount, 0) as decimal(18, 4)) as revenue_amount,
    cast(coalesce(given_back.refund_amount, 0) as decimal(18, 4)) as refund_amount,
    -- Money given back is margin lost in full: what it cost to serve has been spent.
    cast({{ scale_amount(
        'coalesce(revenues.revenue_amount, 0)',
        '(cast(months.company_revenue_amount - months.cost_of_revenue_amount as decimal(38, 4)) * 10000)',
        '(cast(months.company_revenue_amount as decimal(38, 4)) * 10000)'
    ) }} - coalesce(given_back.refund_amount, 0) as decimal(18, 4)) as gross_margin_amount,
    accounts.channel,
    accounts.country,
    accounts.customer_segment,
    accounts.plan,
    cast(accounts.acquired_month as date) as acquisition_month,
    months.is_complete
from {{ ref('int_accounts__acquired') }} as accounts
inner join months on months.period_on >= accounts.acquired_month
left join revenues
    on accounts.account_id = revenues.account_id and months.period_on = revenues.period_on
left join given_back
    on accounts.account_id = given_back.account_id and months.period_on = given_back.period_on
