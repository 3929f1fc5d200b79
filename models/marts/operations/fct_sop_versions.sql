with trained as (
    select
        sop_id,
        version_number,
        count(*) filter (where is_required) as required_person_count,
        count(*) filter (where is_required and {{ local_date('trained_at') }} <= {{ as_of() }}) as trained_person_count
    from {{ ref('sop_trainings') }}
    group by sop_id, version_number
)

select
    concat_ws('|', versions.sop_id, versions.version_number) as sop_version_id,
    versions.sop_id,
    versions.process,
    versions.version_number,
    versions.published_at,
    versions.published_on,
    versions.superseded_on,
    versions.retired_on,
    versions.superseded_at is null and versions.retired_on is null as is_in_use,
    versions.template_field_count,
    versions.document_field_count,
    versions.is_template_complete,
    versions.is_document_complete,
    cast({{ as_of() }} - versions.published_on as integer) as age_days,
    versions.superseded_at is null
    and versions.retired_on is null
    and {{ as_of() }} - versions.published_on > {{ threshold('sop_stale_days') }} as is_stale,
    versions.step_count,
    versions.expected_minutes,
    versions.baseline_minutes,
    -- Against the version before; a first version has nothing to be compared with. Below 0 something was added.
    cast(versions.previous_step_count - versions.step_count as integer) as steps_removed_count,
    cast(versions.previous_expected_minutes - versions.expected_minutes as integer) as minutes_saved_count,
    versions.sla_hours,
    versions.escalation_hours,
    1 as version_count,
    coalesce(trained.required_person_count, 0) as required_person_count,
    coalesce(trained.trained_person_count, 0) as trained_person_count
from {{ ref('int_sop_versions__dated') }} as versions
left join trained
    on versions.sop_id = trained.sop_id and versions.version_number = trained.version_number
