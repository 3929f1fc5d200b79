with ages as (
    select unnest([1, 3, 6, 12, 24]) as age_months
),

channelled as (
    select
        *,
        unnest(['all', channel]) as cohort_channel
    from {{ ref('fct_account_margin_monthly') }}
),

summed as (
    select
        channelled.acquisition_month,
        channelled.cohort_channel as channel,
        ages.age_months,
        count(distinct channelled.account_id) as account_count,
        -- The months 0 to age - 1 of the cohort, each with its books.
        count(distinct case when channelled.is_complete then channelled.month_number end) = ages.age_months as is_mature,
        sum(channelled.gross_margin_amount) as gross_margin_amount
    from channelled
    inner join ages on channelled.month_number < ages.age_months
    group by channelled.acquisition_month, channelled.cohort_channel, ages.age_months
)

select
    cast(acquisition_month as varchar) || '|' || channel || '|' || age_months as ltv_cohort_id,
    acquisition_month,
    channel,
    cast(age_months as integer) as age_months,
    account_count,
    is_mature,
    case when is_mature then cast(gross_margin_amount as decimal(18, 4)) end as gross_margin_amount,
    case when is_mature then {{ scale_amount('gross_margin_amount', '1', 'account_count') }} end as gross_margin_per_account_amount
from summed
