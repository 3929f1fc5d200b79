with begun as (
    select
        stages.stage,
        stages.from_on,
        stages.reason,
        lead(stages.from_on) over (order by stages.from_on) as to_on
    from {{ ref('company_stages') }} as stages
    where stages.company = '{{ var("company") }}' and stages.from_on <= {{ as_of() }}
)

select
    begun.stage,
    begun.from_on,
    begun.to_on,
    begun.to_on is null as is_current,
    focus.focus,
    focus.metrics as focus_metrics,
    begun.reason
from begun
inner join {{ ref('growth_focus_by_stage') }} as focus
    on begun.stage = focus.stage
