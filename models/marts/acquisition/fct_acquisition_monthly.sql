{%- set cell = ['channel', 'campaign_id', 'customer_segment', 'country'] %}
{%- set measures = {
    'media_amount': 'decimal(18, 4)', 'other_cost_amount': 'decimal(18, 4)',
    'lagged_media_amount': 'decimal(18, 4)', 'lagged_other_cost_amount': 'decimal(18, 4)',
    'new_account_weight': 'decimal(18, 10)', 'open_account_weight': 'decimal(18, 10)', 'new_mrr': 'decimal(18, 4)',
    'new_account_margin_amount': 'decimal(18, 4)', 'attributed_revenue_amount': 'decimal(18, 4)',
    'session_count': 'bigint', 'sign_up_count': 'bigint',
} %}
with costs as (
    select
        period_on,
        {{ cell | join(', ') }},
        case when cost_type = 'media' then amount else 0 end as media_amount,
        case when cost_type = 'media' then 0 else amount end as other_cost_amount
    from {{ ref('int_acquisition_costs__allocated') }}
),

entries as (
    select * from costs
    union all by name
    -- The spend that a month's customers are matched with, one median sales cycle before them.
    select
        cycles.period_on,
        {% for part in cell %}costs.{{ part }}, {% endfor %}
        costs.media_amount as lagged_media_amount,
        costs.other_cost_amount as lagged_other_cost_amount
    from {{ ref('int_sales_cycles__measured') }} as cycles
    inner join costs on cast(cycles.period_on - to_months(cycles.lag_months) as date) = costs.period_on
    union all by name
    select
        acquired_month as period_on,
        {{ cell | join(', ') }},
        weight as new_account_weight,
        open_weight as open_account_weight,
        new_mrr,
        margin_amount as new_account_margin_amount,
        receipt_amount as attributed_revenue_amount
    from {{ ref('int_credits__valued') }}
    union all by name
    select
        cast(date_trunc('month', started_on) as date) as period_on,
        channel,
        campaign_id,
        'unallocated' as customer_segment,
        'unallocated' as country,
        sum(session_count) as session_count
    from {{ ref('fct_sessions') }}
    group by all
    union all by name
    select
        cast(date_trunc('month', signed_up_on) as date) as period_on,
        channel,
        campaign_id,
        'unallocated' as customer_segment,
        'unallocated' as country,
        count(*) as sign_up_count
    from {{ ref('int_signups__channelled') }}
    group by all
),

summed as (
    select
        {%- for measure, type in measures.items() %}
        cast(coalesce(sum({{ measure }}), 0) as {{ type }}) as {{ measure }},
        {%- endfor %}
        period_on,
        {{ cell | join(', ') }}
    from entries
    group by period_on, {{ cell | join(', ') }}
)

select
    concat_ws('|', summed.period_on, summed.channel, summed.campaign_id, summed.customer_segment, summed.country) as acquisition_cell_id,
    summed.period_on,
    {%- for part in cell %}
    summed.{{ part }},
    {%- endfor %}
    coalesce(channels.is_paid, false) as is_paid_channel,
    {%- for measure in measures %}
    summed.{{ measure }},
    {%- endfor %}
    cast(case when channels.is_paid then summed.new_account_weight else 0 end as decimal(18, 10)) as paid_new_account_weight,
    periods.is_complete
from summed
inner join {{ ref('int_periods__spined') }} as periods
    on periods.clock = 'month' and summed.period_on = periods.period_on
left join {{ ref('channels') }} as channels on summed.channel = channels.channel
