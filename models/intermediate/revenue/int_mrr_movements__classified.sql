-- THE movement rule, for every clock. An account whose attributes change while it pays is two rows, `from` and `to`, so that
-- what one segment loses by the change is what the other gains.
{%- set attributes = ['plan', 'country', 'currency', 'customer_segment'] %}

with periods as (
    select * from {{ ref('int_periods__spined') }}
),

states as (
    select * from {{ ref('int_account_mrr__dated') }}
),

openings as (
    select
        periods.clock,
        periods.period_on,
        states.*
    from periods
    inner join states
        on states.from_on <= periods.opening_on and periods.opening_on < states.to_on
    where states.mrr > 0
),

closings as (
    select
        periods.clock,
        periods.period_on,
        states.*
    from periods
    inner join states
        on states.from_on <= periods.closing_on and periods.closing_on < states.to_on
    where states.mrr > 0 or states.is_free
),

paired as (
    select
        clock,
        period_on,
        account_id,
        {%- for attribute in attributes %}
        openings.{{ attribute }} as opening_{{ attribute }},
        closings.{{ attribute }} as closing_{{ attribute }},
        {%- endfor %}
        coalesce(openings.mrr, 0) as opening,
        coalesce(closings.mrr, 0) as closing,
        coalesce(closings.is_free, false) as is_free,
        coalesce(openings.first_paid_on, closings.first_paid_on) as first_paid_on,
        coalesce(openings.acquisition_month, closings.acquisition_month) as acquisition_month
    from openings
    full outer join closings using (clock, period_on, account_id)
),

reasons as (
    select
        paired.clock,
        paired.period_on,
        paired.account_id,
        states.churn_reason
    from paired
    inner join periods
        on paired.clock = periods.clock and paired.period_on = periods.period_on
    inner join states
        on
            paired.account_id = states.account_id
            and states.from_on <= periods.closing_on
            and periods.closing_on < states.to_on
    where paired.opening > 0 and paired.closing = 0
),

compared as (
    select
        paired.*,
        periods.period_ends_on,
        periods.is_complete,
        paired.opening = 0 and paired.closing > 0 and paired.first_paid_on >= periods.starts_on as is_new,
        paired.opening = 0 and paired.closing > 0 and paired.first_paid_on < periods.starts_on as is_reactivated,
        paired.opening > 0 and paired.closing = 0 as is_churned,
        paired.opening > 0 and paired.closing > 0 as is_retained,
        reasons.churn_reason
    from paired
    inner join periods
        on paired.clock = periods.clock and paired.period_on = periods.period_on
    left join reasons
        on
            paired.clock = reasons.clock
            and paired.period_on = reasons.period_on
            and paired.account_id = reasons.account_id
),

sided as (
    select
        compared.*,
        sides.side,
        -- An account that leaves is counted where it was, so that a rate's numerator stays inside its denominator.
        sides.side = 'from' or compared.is_churned as is_opening_side,
        sides.side in ('from', 'whole') as has_opening,
        sides.side in ('to', 'whole') as has_closing
    from compared
    inner join (values ('whole'), ('from'), ('to')) as sides (side)
        on
            (sides.side = 'whole') = not (
                compared.is_retained
                and (
                    {%- for attribute in attributes %}
                    {{ "or " if not loop.first }}compared.opening_{{ attribute }} != compared.closing_{{ attribute }}
                    {%- endfor %}
                )
            )
)

select
    account_id || '|' || cast(period_on as varchar) || '|' || side as movement_id,
    clock,
    period_on,
    period_ends_on,
    account_id,
    side,
    {%- for attribute in attributes %}
    case when is_opening_side then opening_{{ attribute }} else closing_{{ attribute }} end as {{ attribute }},
    {%- endfor %}
    acquisition_month,
    case when has_opening then opening else 0 end as opening_mrr,
    case when is_new then closing else 0 end as new_mrr,
    case when is_reactivated then closing else 0 end as reactivation_mrr,
    case when is_retained and has_closing then greatest(closing - opening, 0) else 0 end as expansion_mrr,
    case when is_retained and has_closing then greatest(opening - closing, 0) else 0 end as contraction_mrr,
    case when is_churned then opening else 0 end as churn_mrr,
    case when has_closing then closing else 0 end as closing_mrr,
    {%- for attribute in attributes %}
    case when side = 'to' and opening_{{ attribute }} != closing_{{ attribute }} then opening else 0 end as {{ attribute }}_transfer_in_mrr,
    case when side = 'from' and opening_{{ attribute }} != closing_{{ attribute }} then opening else 0 end as {{ attribute }}_transfer_out_mrr,
    {%- endfor %}
    case when is_retained and has_opening then closing else 0 end as retained_mrr,
    case when is_retained and has_opening then least(closing, opening) else 0 end as retained_capped_mrr,
    cast(has_opening and opening > 0 as integer) as opening_account_count,
    cast(is_new as integer) as new_account_count,
    cast(is_reactivated as integer) as reactivated_account_count,
    cast(is_churned as integer) as churned_account_count,
    cast(has_closing and closing > 0 as integer) as closing_account_count,
    cast(is_free as integer) as free_account_count,
    churn_reason,
    case when churn_reason = 'voluntary' then opening else 0 end as voluntary_churn_mrr,
    case when churn_reason = 'involuntary' then opening else 0 end as involuntary_churn_mrr,
    is_complete
from sided
