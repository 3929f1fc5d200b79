{%- set has_books = (var('providers').get('ledger_lines') or []) | length > 0 %}
with costs as (
    select
        cells.period_on as acquisition_month,
        scopes.channel,
        sum(cells.media_amount{{ " + cells.other_cost_amount" if has_books }}) as cost_amount
    from {{ ref('fct_acquisition_monthly') }} as cells
    cross join lateral unnest([cells.channel, 'all']) as scopes (channel)
    where cells.is_complete
    group by cells.period_on, scopes.channel
),

margins as (
    select
        months.acquisition_month,
        scopes.channel,
        months.month_number,
        count(distinct months.account_id) as account_count,
        sum(months.gross_margin_amount) as margin_amount
    from {{ ref('fct_account_margin_monthly') }} as months
    cross join lateral unnest([months.channel, 'all']) as scopes (channel)
    where months.is_complete
    group by months.acquisition_month, scopes.channel, months.month_number
),

accumulated as (
    select
        *,
        sum(margin_amount) over (
            partition by acquisition_month, channel order by month_number
            rows between unbounded preceding and current row
        ) as cumulative_amount
    from margins
),

cohorts as (
    select
        costs.acquisition_month,
        costs.channel,
        costs.cost_amount,
        coalesce(max(accumulated.account_count), 0) as account_count,
        coalesce(max(accumulated.month_number) + 1, 0) as observed_month_count,
        coalesce(max_by(accumulated.cumulative_amount, accumulated.month_number), 0) as cumulative_margin_amount,
        min(case when accumulated.cumulative_amount >= costs.cost_amount then accumulated.month_number end) as covered_month_number
    from costs
    left join accumulated
        on costs.acquisition_month = accumulated.acquisition_month and costs.channel = accumulated.channel
    group by costs.acquisition_month, costs.channel, costs.cost_amount
)

select
    cast(acquisition_month as varchar) || '|' || channel as payback_id,
    acquisition_month,
    channel,
    '{{ "fully_loaded" if has_books else "blended" }}' as cac_scope,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    account_count,
    cast(cumulative_margin_amount as decimal(18, 4)) as cumulative_margin_amount,
    cast(observed_month_count as integer) as observed_month_count,
    case
        when account_count = 0 and cost_amount > 0 then 'no_customers'
        when cost_amount = 0 then 'no_cost'
        when covered_month_number is not null then 'paid_back'
        else 'not_yet'
    end as status,
    case
        when account_count > 0 and cost_amount > 0 then cast(covered_month_number + 1 as integer)
    end as payback_month_count
from cohorts
where account_count > 0 or cost_amount > 0
