with dated as (
    select
        decision_id,
        signal_id,
        nullif(trim(metric), '') as metric,
        coalesce(made_by, 'unknown') as made_by,
        coalesce(meeting_count, 0) as meeting_count,
        opened_at,
        {%- for stage in ['decided', 'shipped', 'validated', 'learned'] %}
        case when {{ local_date(stage ~ '_at') }} <= {{ as_of() }} then {{ stage }}_at end as {{ stage }}_at,
        {%- endfor %}
        outcome
    from {{ ref('decisions') }}
    where {{ local_date('opened_at') }} <= {{ as_of() }}
)

select
    decision_id,
    signal_id,
    metric,
    made_by,
    meeting_count,
    opened_at,
    decided_at,
    shipped_at,
    validated_at,
    learned_at,
    case when learned_at is not null then outcome end as outcome,
    case
        when learned_at is not null then 'learned'
        when validated_at is not null then 'validated'
        when shipped_at is not null then 'shipped'
        when decided_at is not null then 'decided'
        else 'opened'
    end as stage,
    coalesce(learned_at, validated_at, shipped_at, decided_at, opened_at) as stage_entered_at
from dated
