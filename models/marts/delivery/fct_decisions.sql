select
    staged.decision_id,
    staged.signal_id,
    linked.signal_kind,
    coalesce(staged.metric, 'none') as metric,
    staged.made_by,
    staged.opened_at,
    staged.decided_at,
    staged.shipped_at,
    staged.validated_at,
    staged.learned_at,
    {%- for stage in ['opened', 'decided', 'shipped', 'validated', 'learned'] %}
    {{ local_date('staged.' ~ stage ~ '_at') }} as {{ stage }}_on,
    {%- endfor %}
    staged.stage,
    staged.outcome,
    date_diff('second', staged.opened_at, staged.decided_at) / 86400 as deciding_days,
    date_diff('second', staged.decided_at, staged.shipped_at) / 86400 as shipping_days,
    date_diff('second', staged.shipped_at, staged.validated_at) / 86400 as validating_days,
    date_diff('second', staged.validated_at, staged.learned_at) / 86400 as learning_days,
    cast({{ local_date('staged.learned_at') }} - {{ local_date('coalesce(linked.noticed_at, staged.opened_at)') }} as integer)
        as cycle_days,
    case
        when staged.learned_at is null then cast({{ as_of() }} - {{ local_date('staged.stage_entered_at') }} as integer)
    end as stage_age_days,
    staged.learned_at is null
    and {{ as_of() }} - {{ local_date('staged.stage_entered_at') }} >= {{ threshold('decision_aged_days') }} as is_aged,
    linked.has_signal,
    linked.has_release,
    linked.has_evidence,
    linked.is_linked,
    cast(staged.meeting_count as integer) as meeting_count,
    linked.merged_pull_request_count,
    1 as decision_count,
    cast(staged.metric is null as integer) as without_metric_count,
    cast(staged.meeting_count > 0 as integer) as met_count,
    cast(staged.learned_at is not null as integer) as learned_count,
    cast(staged.learned_at is not null and linked.is_linked as integer) as linked_count,
    cast(linked.merged_pull_request_count > 0 as integer) as carried_out_count,
    cast(staged.learned_at is null as integer) as open_count
from {{ ref('int_decisions__staged') }} as staged
inner join {{ ref('int_decisions__linked') }} as linked
    on staged.decision_id = linked.decision_id
