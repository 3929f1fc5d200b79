-- As many charges and invoices, and as much money in each currency, as the conformed tables have for the accounts that count.
{%- set sides = [
    ('charges', 'fct_charges', 'amount', 'native_amount'),
    ('invoices', 'fct_invoices', 'total_amount', 'native_total_amount'),
] %}

{% for concept, fact, amount, native_amount in sides -%}
{{ "union all" if not loop.first }}
select
    '{{ concept }}' as concept,
    coalesce(conformed.currency, facts.currency) as currency,
    conformed.row_count as conformed_row_count,
    facts.row_count as fact_row_count,
    conformed.amount as conformed_amount,
    facts.amount as fact_amount
from (
    select
        currency,
        count(*) as row_count,
        sum({{ amount }}) as amount
    from {{ ref(concept) }}
    where
        {{ local_date('created_at') }} <= {{ as_of() }}
        and account_id not in (select account_id from {{ ref('int_accounts__excluded') }})
    group by currency
) as conformed
full outer join (
    select
        currency,
        count(*) as row_count,
        sum({{ native_amount }}) as amount
    from {{ ref(fact) }}
    group by currency
) as facts
    on conformed.currency = facts.currency
where
    conformed.row_count is distinct from facts.row_count
    or conformed.amount is distinct from facts.amount
{% endfor %}
