with fields as (
    select
        versions.*,
        cast(coalesce(trim(versions.trigger_event), '') <> '' as integer)
        + cast(coalesce(trim(versions.owner), '') <> '' as integer)
        + cast(coalesce(trim(versions.steps), '') <> '' as integer)
        + cast(coalesce(trim(versions.tools), '') <> '' as integer)
        + cast(coalesce(trim(versions.sla), '') <> '' as integer)
        + cast(coalesce(trim(versions.escalation), '') <> '' as integer) as template_field_count,
        cast(coalesce(trim(versions.purpose), '') <> '' as integer)
        + cast(coalesce(trim(versions.scope), '') <> '' as integer)
        + cast(coalesce(trim(versions.steps), '') <> '' as integer)
        + cast(coalesce(trim(versions.exceptions), '') <> '' as integer)
        + cast(coalesce(trim(versions.owner), '') <> '' as integer) as document_field_count
    from {{ ref('sop_versions') }} as versions
    where {{ local_date('versions.published_at') }} <= {{ as_of() }}
),

followed as (
    select
        *,
        lead(published_at) over in_order as superseded_at,
        lag(step_count) over in_order as previous_step_count,
        lag(expected_minutes) over in_order as previous_expected_minutes,
        first(expected_minutes) over in_order as baseline_minutes
    from fields
    window in_order as (partition by sop_id order by version_number)
)

select
    sops.sop_id,
    sops.process,
    followed.version_number,
    followed.published_at,
    {{ local_date('followed.published_at') }} as published_on,
    followed.superseded_at,
    {{ local_date('followed.superseded_at') }} as superseded_on,
    case when {{ local_date('sops.retired_at') }} <= {{ as_of() }} then {{ local_date('sops.retired_at') }} end as retired_on,
    followed.template_field_count,
    followed.document_field_count,
    followed.template_field_count = 6 as is_template_complete,
    followed.document_field_count = 5 as is_document_complete,
    followed.step_count,
    followed.expected_minutes,
    followed.previous_step_count,
    followed.previous_expected_minutes,
    followed.baseline_minutes,
    followed.sla_hours,
    followed.escalation_hours
from followed
inner join {{ ref('sops') }} as sops
    on followed.sop_id = sops.sop_id
