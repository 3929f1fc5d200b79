with amounts as (
    select
        period_on,
        'hosting_cost' as series,
        'actual' as kind,
        'ok' as status,
        cast(null as bigint) as observation_count,
        hosting_amount as amount,
        cast(null as decimal(18, 4)) as low_amount,
        cast(null as decimal(18, 4)) as high_amount
    from {{ ref('int_finance_periods__measured') }}
    where clock = 'month' and is_complete
    union all
    select
        period_on,
        'revenue' as series,
        'actual' as kind,
        'ok' as status,
        cast(null as bigint) as observation_count,
        revenue_amount as amount,
        cast(null as decimal(18, 4)) as low_amount,
        cast(null as decimal(18, 4)) as high_amount
    from {{ ref('int_finance_periods__measured') }}
    where clock = 'month' and is_complete
    union all
    select
        period_on,
        series,
        'forecast' as kind,
        status,
        observation_count,
        cast(amount as decimal(18, 4)) as amount,
        cast(low_amount as decimal(18, 4)) as low_amount,
        cast(high_amount as decimal(18, 4)) as high_amount
    from {{ ref('int_costs__forecast') }}
),

-- Where there is no forecast the row says so, in the first month that it would be for.
dated as (
    select
        coalesce(period_on, cast((select max(actuals.period_on) from amounts as actuals where actuals.kind = 'actual') + interval 1 month as date))
            as period_on,
        series,
        kind,
        status,
        observation_count,
        amount,
        low_amount,
        high_amount
    from amounts
),

paired as (
    select
        *,
        max(amount) filter (where series = 'hosting_cost') over (partition by period_on, kind) as hosting_amount,
        max(amount) filter (where series = 'revenue') over (partition by period_on, kind) as revenue_amount
    from dated
)

select
    period_on,
    series,
    kind,
    status,
    observation_count,
    amount,
    low_amount,
    high_amount,
    hosting_amount,
    revenue_amount,
    case
        when revenue_amount > 0
            then {{ scale_amount('1', 'cast(hosting_amount as decimal(38, 4)) * 10000', 'cast(revenue_amount as decimal(38, 4)) * 10000') }}
    end as cost_to_revenue_ratio
from paired
