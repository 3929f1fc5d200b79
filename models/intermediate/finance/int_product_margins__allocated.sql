{%- set components = ['hosting', 'third_party_usage', 'payment_fees', 'support_payroll', 'success_payroll'] -%}
with lines as (
    select
        period_on,
        product,
        category,
        category_group,
        amount
    from {{ ref('int_ledger_lines__categorised') }}
    where category_group in ('revenue', 'cost_of_revenue')
),

revenues as (
    select
        period_on,
        coalesce(product, 'unassigned') as product,
        cast(sum(amount) as decimal(18, 4)) as revenue_amount
    from lines
    where category_group = 'revenue'
    group by all
),

shares as (
    select
        period_on,
        product,
        cast(cast(revenue_amount as decimal(38, 4)) * 10000 as hugeint) as share_units,
        cast(sum(revenue_amount) over (partition by period_on order by product rows unbounded preceding) * 10000 as hugeint) as share_end_units,
        cast(sum(revenue_amount) over (partition by period_on) * 10000 as hugeint) as total_units
    from revenues
    where revenue_amount > 0
),

common as (
    select
        period_on,
        category,
        cast(sum(amount) as decimal(18, 4)) as amount
    from lines
    where category_group = 'cost_of_revenue' and product is null
    group by all
),

costs as (
    select
        period_on,
        product,
        category,
        amount,
        cast(0 as decimal(18, 4)) as allocated_amount
    from lines
    where category_group = 'cost_of_revenue' and product is not null
    union all
    -- Where the shares end, rounded, less where the one before ended: the parts make the whole to the smallest unit.
    select
        common.period_on,
        coalesce(shares.product, 'unassigned') as product,
        common.category,
        coalesce(
            {{ scale_amount('common.amount', 'shares.share_end_units', 'shares.total_units') }}
            - {{ scale_amount('common.amount', 'shares.share_end_units - shares.share_units', 'shares.total_units') }},
            common.amount
        ) as amount,
        coalesce(
            {{ scale_amount('common.amount', 'shares.share_end_units', 'shares.total_units') }}
            - {{ scale_amount('common.amount', 'shares.share_end_units - shares.share_units', 'shares.total_units') }},
            common.amount
        ) as allocated_amount
    from common
    left join shares
        on common.period_on = shares.period_on
),

entries as (
    select
        period_on,
        product,
        null as category,
        revenue_amount,
        cast(0 as decimal(18, 4)) as cost_amount,
        cast(0 as decimal(18, 4)) as allocated_amount
    from revenues
    union all
    select
        period_on,
        product,
        category,
        0 as revenue_amount,
        amount as cost_amount,
        allocated_amount
    from costs
)

select
    periods.clock || '|' || cast(periods.period_on as varchar) || '|' || entries.product as product_margin_id,
    periods.clock,
    periods.period_on,
    periods.period_ends_on,
    entries.product,
    cast(sum(entries.revenue_amount) as decimal(18, 4)) as revenue_amount,
    {%- for component in components %}
    cast(coalesce(sum(entries.cost_amount) filter (where entries.category = '{{ component }}'), 0) as decimal(18, 4)) as {{ component }}_amount,
    {%- endfor %}
    cast(sum(entries.cost_amount) as decimal(18, 4)) as cost_of_revenue_amount,
    cast(sum(entries.allocated_amount) as decimal(18, 4)) as allocated_cost_amount,
    cast(sum(entries.revenue_amount) - sum(entries.cost_amount) as decimal(18, 4)) as gross_margin_amount,
    periods.is_complete
from {{ ref('int_ledger_periods__booked') }} as periods
inner join entries
    on entries.period_on between periods.period_on and periods.period_ends_on
group by
    periods.clock,
    periods.period_on,
    periods.period_ends_on,
    periods.is_complete,
    entries.product
