with months as (
    select
        period_on,
        customer_segment,
        sum(ticket_count) as ticket_count,
        sum(active_account_count) as active_account_count
    from {{ ref('int_account_support__monthly') }}
    where
        is_complete
        and period_on > cast(date_trunc('month', {{ as_of() }} + 1) - to_months({{ threshold('support_trend_months') }} + 1) as date)
    group by period_on, customer_segment
)

select
    kinds.segment_kind,
    case when kinds.segment_kind = 'total' then 'all' else months.customer_segment end as segment,
    months.period_on,
    -- Months after the first of all: a month without accounts keeps its place.
    cast(date_diff('month', date '2000-01-01', months.period_on) as integer) as month_number,
    cast(sum(months.ticket_count) as bigint) as ticket_count,
    cast(sum(months.active_account_count) as bigint) as active_account_count
from months
cross join (values ('total'), ('customer_segment')) as kinds (segment_kind)
group by all
having sum(months.active_account_count) > 0
