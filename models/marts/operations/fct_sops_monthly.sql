-- Procedures in use at the end of each month, by the version that was the latest then.
with in_use as (
    select
        periods.period_on,
        periods.closing_on,
        versions.sop_id,
        versions.process,
        versions.version_number,
        versions.published_on,
        versions.is_template_complete,
        versions.is_document_complete
    from {{ ref('int_periods__spined') }} as periods
    inner join {{ ref('int_sop_versions__dated') }} as versions
        on
            versions.published_on <= periods.closing_on
            and (versions.retired_on is null or versions.retired_on > periods.closing_on)
    where periods.clock = 'month'
    qualify row_number() over (partition by periods.period_on, versions.sop_id order by versions.version_number desc) = 1
),

trained as (
    select
        in_use.period_on,
        in_use.sop_id,
        count(*) filter (where trainings.is_required) as required_person_count,
        count(*) filter (where trainings.is_required and {{ local_date('trainings.trained_at') }} <= in_use.closing_on) as trained_person_count
    from in_use
    inner join {{ ref('sop_trainings') }} as trainings
        on in_use.sop_id = trainings.sop_id and in_use.version_number = trainings.version_number
    group by in_use.period_on, in_use.sop_id
)

select
    concat_ws('|', in_use.sop_id, in_use.period_on) as sop_month_id,
    in_use.period_on,
    in_use.sop_id,
    in_use.process,
    in_use.version_number,
    cast(in_use.closing_on - in_use.published_on as integer) as age_days,
    1 as sop_count,
    cast(in_use.is_template_complete as integer) as template_complete_count,
    cast(in_use.is_document_complete as integer) as document_complete_count,
    cast(in_use.is_template_complete and in_use.is_document_complete as integer) as complete_count,
    cast(in_use.closing_on - in_use.published_on > {{ threshold('sop_stale_days') }} as integer) as stale_count,
    coalesce(trained.required_person_count, 0) as required_person_count,
    coalesce(trained.trained_person_count, 0) as trained_person_count
from in_use
left join trained
    on in_use.period_on = trained.period_on and in_use.sop_id = trained.sop_id
