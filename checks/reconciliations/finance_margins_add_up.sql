-- The products of a period make the company's revenue and cost of revenue, allocated costs included, and components make the cost.
with products as (
    {%- for grain in ['monthly', 'quarterly'] %}
    select
        '{{ grain }}' as grain,
        period_on,
        sum(revenue_amount) as revenue_amount,
        sum(cost_of_revenue_amount) as cost_of_revenue_amount,
        sum(hosting_amount + third_party_usage_amount + payment_fees_amount + support_payroll_amount + success_payroll_amount)
            as component_amount
    from {{ ref('fct_gross_margin_' ~ grain) }}
    group by period_on
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

company as (
    {%- for grain in ['monthly', 'quarterly'] %}
    select
        '{{ grain }}' as grain,
        period_on,
        revenue_amount,
        cost_of_revenue_amount
    from {{ ref('fct_finance_' ~ grain) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select
    company.grain,
    company.period_on,
    company.revenue_amount,
    products.revenue_amount as product_revenue_amount,
    company.cost_of_revenue_amount,
    products.cost_of_revenue_amount as product_cost_amount,
    products.component_amount
from company
left join products
    on
        company.grain = products.grain
        and company.period_on = products.period_on
where
    coalesce(products.revenue_amount, 0) <> company.revenue_amount
    or coalesce(products.cost_of_revenue_amount, 0) <> company.cost_of_revenue_amount
    or coalesce(products.component_amount, 0) <> company.cost_of_revenue_amount
