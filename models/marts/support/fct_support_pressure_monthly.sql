with months as (
    select
        period_on,
        is_complete,
        sum(ticket_count) as ticket_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('fct_account_support_monthly') }}
    group by period_on, is_complete
),

compared as (
    select
        months.period_on,
        months.is_complete,
        months.ticket_count,
        months.mrr_amount,
        count(*) as before_month_count,
        sum(earlier.ticket_count) as before_ticket_count,
        sum(earlier.mrr_amount) as before_mrr_amount
    from months
    inner join months as earlier
        on
            earlier.period_on < months.period_on
            and earlier.period_on >= months.period_on - to_months({{ threshold('support_pressure_months') }})
    group by all
    having count(*) = {{ threshold('support_pressure_months') }}
),

grown as (
    select
        *,
        ticket_count * before_month_count / nullif(before_ticket_count, 0) - 1 as ticket_growth_ratio,
        cast(mrr_amount as double) * before_month_count / nullif(before_mrr_amount, 0) - 1 as mrr_growth_ratio
    from compared
)

select
    period_on,
    cast(ticket_count as bigint) as ticket_count,
    cast(mrr_amount as decimal(18, 4)) as mrr_amount,
    cast(before_ticket_count as bigint) as before_ticket_count,
    cast(before_mrr_amount as decimal(18, 4)) as before_mrr_amount,
    ticket_growth_ratio,
    mrr_growth_ratio,
    ticket_growth_ratio - mrr_growth_ratio as pressure_ratio,
    is_complete,
    case
        when
            not is_complete
            or least(ticket_count, before_ticket_count) < {{ threshold('minimum_sample_size') }}
            or coalesce(before_mrr_amount, 0) = 0
            then 'not_enough_data'
        when ticket_growth_ratio > mrr_growth_ratio then 'pressure'
        else 'no_pressure'
    end as verdict
from grown
