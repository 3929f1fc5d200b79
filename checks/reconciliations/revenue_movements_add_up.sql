-- opening + new + reactivation + expansion - contraction - churn = closing, to the smallest unit, for every clock, period and
-- segment; by a segment that an account can change, its transfers are two more terms, and they cancel over the segments.
{%- set clocks = ['daily', 'weekly', 'monthly', 'quarterly', 'trailing_12m'] %}
{%- set segments = ['plan', 'country', 'currency', 'customer_segment'] %}

with sums as (
    {%- for clock in clocks %}
    {%- for segment in segments + ['acquisition_month'] %}
    {{ "union all" if not (loop.first and clock == 'daily') }}
    select
        '{{ clock }}' as clock,
        period_on,
        '{{ segment }}' as segment_kind,
        {{ segment }} as segment,
        sum(
            opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr - closing_mrr
            {%- if segment in segments %} + {{ segment }}_transfer_in_mrr - {{ segment }}_transfer_out_mrr{% endif %}
        ) as difference,
        sum({% if segment in segments %}{{ segment }}_transfer_in_mrr - {{ segment }}_transfer_out_mrr{% else %}0{% endif %}) as transferred
    from {{ ref('fct_account_mrr_' ~ clock) }}
    group by period_on, {{ segment }}
    {%- endfor %}
    {%- endfor %}
)

select
    clock,
    period_on,
    segment_kind,
    segment,
    'opening and movements are not closing' as fault,
    difference
from sums
where difference != 0
union all
select
    clock,
    period_on,
    segment_kind,
    'all' as segment,
    'transfers do not cancel over the segments' as fault,
    sum(transferred) as difference
from sums
group by clock, period_on, segment_kind
having sum(transferred) != 0
