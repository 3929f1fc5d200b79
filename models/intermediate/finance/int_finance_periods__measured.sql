-- Months and quarters in one shape. Comparisons go by the calendar, not by the row before: the books may lack a month.
with summed as (
    select
        periods.clock,
        periods.period_on,
        periods.period_ends_on,
        periods.last_month_on,
        periods.is_complete,
        {%- for name in [
            'revenue', 'cost_of_revenue', 'hosting', 'sales_marketing', 'research_development', 'general_administrative', 'total_cost',
            'cash_change', 'financing', 'net_burn',
        ] %}
        cast(sum(months.{{ name }}_amount) as decimal(18, 4)) as {{ name }}_amount,
        {%- endfor %}
        arg_min(months.opening_cash_amount, months.period_on) as opening_cash_amount,
        arg_max(months.closing_cash_amount, months.period_on) as closing_cash_amount,
        cast(sum(months.uncategorised_line_count) as bigint) as uncategorised_line_count
    from {{ ref('int_ledger_periods__booked') }} as periods
    inner join {{ ref('int_finance_months__summed') }} as months
        on months.period_on between periods.period_on and periods.period_ends_on
    group by
        periods.clock,
        periods.period_on,
        periods.period_ends_on,
        periods.last_month_on,
        periods.is_complete
)

select
    summed.clock,
    summed.period_on,
    summed.period_ends_on,
    summed.revenue_amount,
    summed.cost_of_revenue_amount,
    summed.hosting_amount,
    cast(summed.revenue_amount - summed.cost_of_revenue_amount as decimal(18, 4)) as gross_margin_amount,
    summed.sales_marketing_amount,
    summed.research_development_amount,
    summed.general_administrative_amount,
    summed.total_cost_amount,
    cast(summed.revenue_amount - summed.total_cost_amount as decimal(18, 4)) as operating_profit_amount,
    years.revenue_amount as year_before_revenue_amount,
    cast(summed.revenue_amount - years.revenue_amount as decimal(18, 4)) as revenue_growth_amount,
    before.sales_marketing_amount as before_sales_marketing_amount,
    cast(summed.total_cost_amount - before.total_cost_amount as decimal(18, 4)) as cost_change_amount,
    case when before.period_on is not null then recurring.closing_account_count - recurring.opening_account_count end as account_change_count,
    trends.marginal_cost_amount,
    summed.opening_cash_amount,
    summed.cash_change_amount,
    summed.financing_amount,
    summed.net_burn_amount,
    summed.closing_cash_amount,
    trends.mean_net_burn_amount,
    -- A company that does not burn has no end of its runway: nothing to divide by.
    case when trends.mean_net_burn_amount > 0 then trends.mean_net_burn_amount end as runway_burn_amount,
    case
        when trends.mean_net_burn_amount is null then 'not_enough_data'
        when trends.mean_net_burn_amount > 0 then 'burning'
        else 'profitable'
    end as runway_status,
    trends.is_burn_compounding,
    recurring.closing_arr_amount,
    cast(recurring.closing_arr_amount - recurring.opening_arr_amount as decimal(18, 4)) as net_new_arr_amount,
    recurring.new_account_count,
    recurring.closing_account_count,
    summed.uncategorised_line_count,
    summed.is_complete
from summed
left join summed as before
    on
        summed.clock = before.clock
        and before.period_on = summed.period_on - case summed.clock when 'month' then interval 1 month else interval 3 month end
left join summed as years
    on
        summed.clock = years.clock
        and years.period_on = summed.period_on - interval 12 month
left join {{ ref('int_finance_months__compared') }} as trends
    on summed.last_month_on = trends.period_on
left join {{ ref('int_recurring_revenue__totalled') }} as recurring
    on
        summed.clock = recurring.clock
        and summed.period_on = recurring.period_on
