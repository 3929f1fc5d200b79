-- Every clock closes with what the daily one closes with on the same day.
with days as (
    select
        period_on as day_on,
        sum(closing_mrr) as mrr,
        sum(closing_account_count) as account_count
    from {{ ref('fct_account_mrr_daily') }}
    group by period_on
),

ends as (
    {%- for clock in ['weekly', 'monthly', 'quarterly', 'trailing_12m'] %}
    {{ "union all" if not loop.first }}
    select
        '{{ clock }}' as clock,
        movements.period_on,
        least(movements.period_ends_on, {{ as_of() }}) as day_on,
        sum(movements.closing_mrr) as mrr,
        sum(movements.closing_account_count) as account_count
    from {{ ref('fct_account_mrr_' ~ clock) }} as movements
    group by movements.period_on, movements.period_ends_on
    {%- endfor %}
)

select
    ends.clock,
    ends.period_on,
    ends.mrr,
    days.mrr as daily_mrr,
    ends.account_count,
    days.account_count as daily_account_count
from ends
left join days
    on ends.day_on = days.day_on
where
    ends.mrr != coalesce(days.mrr, 0)
    or ends.account_count != coalesce(days.account_count, 0)
