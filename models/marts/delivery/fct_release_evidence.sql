select
    concat_ws('|', windows.release_tag, windows.window_hours) as release_evidence_id,
    windows.release_tag,
    windows.window_hours,
    releases.release_kind,
    releases.released_on,
    releases.named_metric,
    windows.starts_at,
    windows.ends_at,
    windows.is_complete,
    windows.error_count,
    windows.baseline_error_count,
    windows.error_count - windows.baseline_error_count / 4 as error_change,
    windows.activation_count,
    windows.baseline_activation_count,
    windows.activation_count - windows.baseline_activation_count / 4 as activation_change,
    windows.ticket_count,
    evidence.verdict,
    evidence.recorded_at
from {{ ref('int_release_windows__counted') }} as windows
inner join {{ ref('fct_releases') }} as releases
    on windows.release_tag = releases.release_tag
left join {{ ref('release_evidence') }} as evidence
    on
        windows.release_tag = evidence.release_tag
        and windows.window_hours = evidence.window_hours
        and {{ local_date('evidence.recorded_at') }} <= {{ as_of() }}
