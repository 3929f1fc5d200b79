-- Both windows burn faster than the rule's rate; compared without a division, so that a rate on the mark is on the mark. Before the counts
-- reach back over the long window, a handful of events would stand for all of it.
with judged as (
    select
        {%- for side in ['long', 'short'] %}
        case rules.{{ side }}_window_minutes
            {%- for minutes in var('burn_rate_windows_minutes') %}
            when {{ minutes }}
                then measured.bad_{{ minutes }}_count > rules.burn_rate * (1 - measured.target_ratio) * measured.total_{{ minutes }}_count
            {%- endfor %}
        end as is_{{ side }}_above,
        {%- endfor %}
        measured.slo_id,
        measured.service,
        measured.slo_name,
        measured.plan_group,
        measured.ends_at,
        measured.counted_minutes >= rules.long_window_minutes as is_long_whole,
        rules.alert,
        rules.severity
    from {{ ref('int_slo_burn_rates__measured') }} as measured
    cross join {{ ref('slo_alert_rules') }} as rules
),

turned as (
    select
        *,
        is_long_whole and is_long_above and is_short_above as is_firing
    from judged
),

followed as (
    select
        *,
        lag(is_firing, 1, false) over (partition by slo_id, plan_group, alert order by ends_at) as was_firing
    from turned
),

numbered as (
    select
        *,
        count(*) filter (where is_firing and not was_firing) over (partition by slo_id, plan_group, alert order by ends_at) as alert_number
    from followed
),

dated as (
    select
        slo_id,
        service,
        slo_name,
        plan_group,
        alert,
        severity,
        min(ends_at) as fired_at,
        min(ends_at) filter (where not is_firing) as cleared_at
    from numbered
    where alert_number > 0
    group by slo_id, service, slo_name, plan_group, alert, severity, alert_number
)

select
    concat_ws('|', slo_id, plan_group, alert, fired_at) as slo_alert_id,
    slo_id,
    service,
    slo_name,
    plan_group,
    alert,
    severity,
    fired_at,
    {{ local_date('fired_at') }} as fired_on,
    cleared_at,
    date_diff('minute', fired_at, cleared_at) as firing_minutes,
    1 as alert_count
from dated
