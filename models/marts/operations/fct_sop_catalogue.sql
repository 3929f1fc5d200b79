with processes as (
    select process from {{ ref('sop_processes') }}
    union
    select process from {{ ref('int_sop_versions__dated') }}
),

in_use as (
    select
        process,
        count(*) as sop_count,
        count(*) filter (where is_template_complete and is_document_complete) as complete_sop_count,
        max(baseline_minutes) as baseline_minutes,
        max(expected_minutes) as expected_minutes
    from {{ ref('int_sop_versions__dated') }}
    where superseded_at is null and retired_on is null
    group by process
)

select
    processes.process,
    {{ as_of() }} as observed_on,
    required.process is not null as is_required,
    coalesce(in_use.sop_count, 0) as sop_count,
    coalesce(in_use.complete_sop_count, 0) as complete_sop_count,
    -- Of several procedures of a process, the longest.
    in_use.baseline_minutes,
    in_use.expected_minutes,
    cast(required.process is not null as integer) as required_count,
    cast(required.process is not null and coalesce(in_use.sop_count, 0) > 0 as integer) as covered_count
from processes
left join in_use on processes.process = in_use.process
left join {{ ref('sop_processes') }} as required on processes.process = required.process
where exists (select 1 from {{ ref('sops') }})
