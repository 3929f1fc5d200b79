with ages as (
    select unnest([1, 3, 6, 12, 24]) as age_months
),

channelled as (
    select
        *,
        unnest(['all', channel]) as cohort_channel
    from {{ ref('fct_account_margin_monthly') }}
),

cumulated as (
    select
        channelled.acquisition_month,
        channelled.cohort_channel as channel,
        ages.age_months,
        channelled.account_id,
        sum(channelled.gross_margin_amount) as gross_margin_amount,
        -- Ten-thousandths are whole, so that sums of their squares are exact.
        cast(sum(channelled.gross_margin_amount) * 10000 as hugeint) as units
    from channelled
    inner join ages on channelled.month_number < ages.age_months
    group by channelled.acquisition_month, channelled.cohort_channel, ages.age_months, channelled.account_id
),

matured as (
    select
        channelled.acquisition_month,
        channelled.cohort_channel as channel,
        ages.age_months,
        -- The months 0 to age - 1 of the cohort, each with its books.
        count(distinct case when channelled.is_complete then channelled.month_number end) = ages.age_months as is_mature
    from channelled
    inner join ages on channelled.month_number < ages.age_months
    group by channelled.acquisition_month, channelled.cohort_channel, ages.age_months
),

summed as (
    select
        acquisition_month,
        channel,
        age_months,
        count(*) as account_count,
        sum(gross_margin_amount) as gross_margin_amount,
        cast(sum(units) as hugeint) as units,
        cast(sum(units * units) as hugeint) as squares
    from cumulated
    group by acquisition_month, channel, age_months
),

measured as (
    select
        summed.*,
        matured.is_mature,
        {{ scale_amount('summed.gross_margin_amount', '1', 'summed.account_count') }} as mean_amount,
        {{ half_interval('summed.account_count', 'summed.units', 'summed.squares') }} as half_amount
    from summed
    inner join matured
        on
            summed.acquisition_month = matured.acquisition_month
            and summed.channel = matured.channel
            and summed.age_months = matured.age_months
)

select
    cast(acquisition_month as varchar) || '|' || channel || '|' || age_months as ltv_cohort_id,
    acquisition_month,
    channel,
    cast(age_months as integer) as age_months,
    account_count,
    is_mature,
    case when is_mature then cast(gross_margin_amount as decimal(18, 4)) end as gross_margin_amount,
    case when is_mature then cast(squares as decimal(38, 0)) end as gross_margin_squares,
    case when is_mature then mean_amount end as gross_margin_per_account_amount,
    case when is_mature then cast(mean_amount - half_amount as decimal(18, 4)) end as gross_margin_per_account_low_amount,
    case when is_mature then cast(mean_amount + half_amount as decimal(18, 4)) end as gross_margin_per_account_high_amount
from measured
