-- Rates are whole-number fractions until the last step: DuckDB divides decimals as floating point.
with quotes as (
    select
        rates.*,
        -- Widened first: a rate of 100 or more times the scale leaves the 18 digits of its type.
        cast(cast(rates.rate as decimal(38, 8)) * 100000000 as hugeint) as units
    from {{ ref('fx_rates') }} as rates
    where rates.rate > 0 and rates.rate_on <= {{ as_of() }}
),

readings as (
    select
        rate_on,
        from_currency,
        to_currency,
        units as numerator,
        cast(100000000 as hugeint) as denominator,
        1 as preference
    from quotes
    union all
    select
        rate_on,
        to_currency as from_currency,
        from_currency as to_currency,
        cast(100000000 as hugeint) as numerator,
        units as denominator,
        2 as preference
    from quotes
),

spans as (
    select
        *,
        least(
            rate_on + cast((select value from {{ ref('thresholds') }} where name = 'fx_rate_maximum_age_days') as integer),
            coalesce(
                lead(rate_on) over (partition by from_currency, to_currency, preference order by rate_on) - 1,
                cast('9999-12-31' as date)
            )
        ) as last_on
    from readings
),

legs as (
    select
        days.day_on,
        spans.*
    from {{ ref('days') }} as days
    inner join spans
        on days.day_on between spans.rate_on and spans.last_on
    qualify row_number() over (partition by days.day_on, spans.from_currency, spans.to_currency order by spans.preference) = 1
),

candidates as (
    select
        day_on,
        from_currency as currency,
        numerator,
        denominator,
        case preference when 1 then 'direct' else 'inverse' end as rate_basis,
        preference
    from legs
    where to_currency = '{{ var("reporting_currency") }}'
    union all
    select
        into_usd.day_on,
        into_usd.from_currency as currency,
        into_usd.numerator * out_of_usd.numerator as numerator,
        into_usd.denominator * out_of_usd.denominator as denominator,
        'through_usd' as rate_basis,
        3 as preference
    from legs as into_usd
    inner join legs as out_of_usd
        on
            into_usd.day_on = out_of_usd.day_on
            and into_usd.to_currency = 'USD'
            and out_of_usd.from_currency = 'USD'
            and out_of_usd.to_currency = '{{ var("reporting_currency") }}'
    union all
    select
        days.day_on,
        reference.currency,
        reference.rate_numerator as numerator,
        reference.rate_denominator as denominator,
        'reference' as rate_basis,
        4 as preference
    from {{ ref('days') }} as days
    cross join {{ ref('int_currencies__rated') }} as reference
),

best as (
    select *
    from candidates
    where currency <> '{{ var("reporting_currency") }}'
    qualify row_number() over (partition by day_on, currency order by preference) = 1
    union all
    select
        day_on,
        '{{ var("reporting_currency") }}' as currency,
        cast(1 as hugeint) as numerator,
        cast(1 as hugeint) as denominator,
        'reporting' as rate_basis,
        0 as preference
    from {{ ref('days') }}
),

rounded as (
    select
        *,
        (2 * numerator * 100000000 + denominator) // (2 * denominator) as rate_units
    from best
)

select
    day_on as rate_on,
    currency,
    cast(cast(rate_units as decimal(28, 0)) * cast('0.00000001' as decimal(8, 8)) as decimal(18, 8)) as to_reporting_rate,
    rate_units,
    rate_basis
from rounded
