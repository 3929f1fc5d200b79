with counted as (
    select
        windows.release_tag,
        windows.window_hours,
        windows.week_number,
        windows.starts_at,
        windows.ends_at,
        count(signals.signal) filter (where signals.signal = 'failed_job_run') as failed_job_run_count,
        count(signals.signal) filter (where signals.signal = 'failed_webhook_attempt') as failed_webhook_attempt_count,
        count(signals.signal) filter (where signals.signal = 'activation') as activation_count
    from {{ ref('int_release_windows__laid') }} as windows
    left join {{ ref('int_release_signals__dated') }} as signals
        on windows.starts_at <= signals.occurred_at and windows.ends_at > signals.occurred_at
    group by all
),

tagged as (
    select
        windows.release_tag,
        windows.window_hours,
        count(*) as ticket_count
    from {{ ref('int_release_windows__laid') }} as windows
    inner join {{ ref('int_tickets__resolved') }} as tickets
        on
            windows.release_tag = tickets.release_tag
            and windows.starts_at <= tickets.created_at
            and windows.ends_at > tickets.created_at
    where windows.week_number = 0 and not tickets.is_excluded
    group by windows.release_tag, windows.window_hours
),

set_beside as (
    select
        counted.release_tag,
        counted.window_hours,
        min(case when counted.week_number = 0 then counted.starts_at end) as starts_at,
        max(case when counted.week_number = 0 then counted.ends_at end) as ends_at,
        count(*) filter (where counted.week_number > 0 and {{ local_date('counted.starts_at') }} >= runs.starts_on) as baseline_week_count,
        {%- for name in ['failed_job_run', 'failed_webhook_attempt', 'activation'] %}
        sum(case when counted.week_number = 0 then counted.{{ name }}_count end) as {{ name }}_count,
        sum(case when counted.week_number > 0 then counted.{{ name }}_count end) as baseline_{{ name }}_count
            {{- "," if not loop.last }}
        {%- endfor %}
    from counted
    cross join {{ ref('runs') }} as runs
    group by counted.release_tag, counted.window_hours
)

select
    set_beside.release_tag,
    set_beside.window_hours,
    set_beside.starts_at,
    set_beside.ends_at,
    -- The window ends before the last local day that the run computes does.
    {{ local_date("set_beside.ends_at - interval 1 second") }} <= {{ as_of() }} as is_complete,
    set_beside.baseline_week_count,
    cast(set_beside.failed_job_run_count + set_beside.failed_webhook_attempt_count as integer) as error_count,
    cast(set_beside.activation_count as integer) as activation_count,
    cast(coalesce(tagged.ticket_count, 0) as integer) as ticket_count,
    -- Sums of the four weeks: null where the company is younger than one of them.
    case
        when set_beside.baseline_week_count = 4
            then cast(set_beside.baseline_failed_job_run_count + set_beside.baseline_failed_webhook_attempt_count as integer)
    end as baseline_error_count,
    case when set_beside.baseline_week_count = 4 then cast(set_beside.baseline_activation_count as integer) end as baseline_activation_count
from set_beside
left join tagged
    on set_beside.release_tag = tagged.release_tag and set_beside.window_hours = tagged.window_hours
