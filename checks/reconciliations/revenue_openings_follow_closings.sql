-- What a period opens with, in every segment, is what the one before closed with; an account that does not pay brings nothing along.
{%- set clocks = {'daily': '1 day', 'weekly': '7 day', 'monthly': '1 month', 'quarterly': '3 month'} %}

{% for clock, step in clocks.items() -%}
{{ "union all" if not loop.first }}
select
    '{{ clock }}' as clock,
    period_on,
    plan,
    country,
    currency,
    customer_segment,
    sum(closed) as closed_mrr,
    sum(opened) as opened_mrr
from (
    select
        cast(period_on + interval {{ step }} as date) as period_on,
        plan,
        country,
        currency,
        customer_segment,
        closing_mrr as closed,
        0 as opened
    from {{ ref('fct_account_mrr_' ~ clock) }}
    union all
    select
        period_on,
        plan,
        country,
        currency,
        customer_segment,
        0 as closed,
        opening_mrr as opened
    from {{ ref('fct_account_mrr_' ~ clock) }}
) as ends
where
    period_on > (select min(period_on) from {{ ref('fct_account_mrr_' ~ clock) }})
    and period_on <= (select max(period_on) from {{ ref('fct_account_mrr_' ~ clock) }})
group by period_on, plan, country, currency, customer_segment
having sum(closed) != sum(opened)
{% endfor %}
