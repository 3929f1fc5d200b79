-- Benchmarks of other companies beside the company's own figure. Sign-ups are counted over complete months only.
with months as (
    select
        cast(date_trunc('month', signed_up_on) as date) as period_on,
        count(*) as sign_up_count,
        sum(invited_sign_up_count) as invited_count
    from {{ ref('fct_sign_ups') }}
    where last_day(signed_up_on) <= {{ as_of() }}
    group by date_trunc('month', signed_up_on)
),

grown as (
    select
        *,
        sum(sign_up_count) over (order by period_on rows between unbounded preceding and 1 preceding) as earlier_count,
        sum(invited_count) over last_year as year_invited_count,
        sum(sign_up_count) over last_year as year_sign_up_count,
        -- The month fifteen months before, and no other.
        max(sign_up_count) over (order by period_on range between interval 15 month preceding and interval 15 month preceding) as first_count
    from months
    window last_year as (order by period_on range between interval 11 month preceding and current row)
),

latest as (
    select *
    from grown
    qualify row_number() over (order by period_on desc) = 1
),

own as (
    select
        'invited_share' as compared_with,
        year_invited_count / year_sign_up_count as own_value,
        year_sign_up_count as sample_size,
        period_on
    from latest
    union all
    select
        'sign_up_growth' as compared_with,
        sign_up_count / first_count - 1 as own_value,
        sign_up_count + first_count as sample_size,
        period_on
    from latest
    union all
    -- The daily rate that makes the month's growth of all users.
    select
        'daily_growth' as compared_with,
        power(1 + sign_up_count / earlier_count, 1.0 / day(last_day(period_on))) - 1 as own_value,
        sign_up_count as sample_size,
        period_on
    from latest
    union all
    select
        'k_factor' as compared_with,
        k_factor as own_value,
        user_count as sample_size,
        period_on
    from {{ ref('fct_k_factor_monthly') }}
    where scope_kind = 'total' and is_complete
    qualify row_number() over (order by period_on desc) = 1
)

select
    benchmarks.benchmark_id,
    benchmarks.company,
    benchmarks.loop_type,
    benchmarks.is_two_sided,
    benchmarks.compared_with,
    benchmarks.low_value,
    benchmarks.high_value,
    benchmarks.unit,
    benchmarks.statement,
    benchmarks.source,
    own.period_on as own_period_on,
    cast(own.own_value as double) as own_value,
    cast(own.sample_size as bigint) as own_sample_size,
    case
        when own.own_value is null then 'not_available'
        when own.sample_size < {{ threshold('minimum_sample_size') }} then 'not_enough_data'
        when own.own_value < benchmarks.low_value then 'below'
        when own.own_value > benchmarks.high_value then 'above'
        else 'inside'
    end as reading
from {{ ref('ref_referral_benchmarks') }} as benchmarks
left join own
    on benchmarks.compared_with = own.compared_with
