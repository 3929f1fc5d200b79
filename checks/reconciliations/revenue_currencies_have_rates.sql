-- A currency without a reference rate would silently leave the totals; add its row to seeds/reference_rates.csv.
select distinct
    used.currency,
    used.concept
from (
    {%- for concept in ['prices', 'invoices', 'charges', 'refunds', 'disputes'] %}
    {{ "union all" if not loop.first }}
    select
        currency,
        '{{ concept }}' as concept
    from {{ ref(concept) }}
    {%- endfor %}
    union all
    select
        '{{ var("reporting_currency") }}' as currency,
        'vars.reporting_currency' as concept
) as used
left join {{ ref('reference_rates') }} as rates
    on used.currency = rates.currency
where rates.currency is null
