-- Sums of one month; what compares months is in int_finance_months__compared.
with lines as (
    select *
    from {{ ref('int_ledger_lines__categorised') }}
),

posted as (
    select
        period_on,
        {%- for name in ['revenue', 'cost_of_revenue', 'sales_marketing', 'research_development', 'general_administrative', 'cash'] %}
        coalesce(sum(amount) filter (where category_group = '{{ name }}'), 0) as {{ name }},
        {%- endfor %}
        coalesce(sum(amount) filter (where category = 'hosting'), 0) as hosting,
        -- Shares given for work bring no cash: only an entry that moves cash is a round.
        coalesce(
            sum(amount) filter (
                where
                category_group = 'financing'
                and journal_id in (select cash_lines.journal_id from lines as cash_lines where cash_lines.category = 'cash')
            ),
            0
        ) as financing,
        count(*) filter (where is_uncategorised) as uncategorised_line_count
    from lines
    group by period_on
),

-- Over all months of the books, those from before the company reports too: they are its opening balance.
balanced as (
    select
        *,
        sum(cash) over (order by period_on rows unbounded preceding) as closing_cash
    from posted
)

select
    periods.period_on,
    periods.is_complete,
    cast(balanced.revenue as decimal(18, 4)) as revenue_amount,
    cast(balanced.cost_of_revenue as decimal(18, 4)) as cost_of_revenue_amount,
    cast(balanced.hosting as decimal(18, 4)) as hosting_amount,
    cast(balanced.sales_marketing as decimal(18, 4)) as sales_marketing_amount,
    cast(balanced.research_development as decimal(18, 4)) as research_development_amount,
    cast(balanced.general_administrative as decimal(18, 4)) as general_administrative_amount,
    cast(balanced.cost_of_revenue + balanced.sales_marketing + balanced.research_development + balanced.general_administrative as decimal(18, 4))
        as total_cost_amount,
    cast(balanced.closing_cash - balanced.cash as decimal(18, 4)) as opening_cash_amount,
    cast(balanced.cash as decimal(18, 4)) as cash_change_amount,
    cast(balanced.financing as decimal(18, 4)) as financing_amount,
    cast(balanced.financing - balanced.cash as decimal(18, 4)) as net_burn_amount,
    cast(balanced.closing_cash as decimal(18, 4)) as closing_cash_amount,
    balanced.uncategorised_line_count
from {{ ref('int_ledger_periods__booked') }} as periods
inner join balanced
    on periods.period_on = balanced.period_on
where periods.clock = 'month'
