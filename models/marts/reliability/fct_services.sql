select
    services.service,
    services.team,
    {{ as_of() }} as observed_on,
    coalesce(services.has_logs, false) as has_logs,
    coalesce(services.has_traces, false) as has_traces,
    coalesce(services.has_metrics, false) as has_metrics,
    services.runbook,
    coalesce(services.has_logs and services.has_traces and services.has_metrics, false) as is_observed,
    1 as service_count,
    cast(coalesce(services.has_logs, false) as integer)
    + cast(coalesce(services.has_traces, false) as integer)
    + cast(coalesce(services.has_metrics, false) as integer) as signal_count,
    3 as expected_signal_count,
    cast(coalesce(services.has_logs and services.has_traces and services.has_metrics, false) as integer) as observed_service_count,
    cast(services.runbook is not null as integer) as runbook_service_count
from {{ ref('services') }} as services
