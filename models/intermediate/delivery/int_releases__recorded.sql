with deployed as (
    select
        release_tag,
        min(deployed_at) as deployed_at,
        lead(min(deployed_at)) over (order by min(deployed_at)) as next_deployed_at
    from {{ ref('int_deployments__judged') }}
    where release_tag is not null
    group by release_tag
),

published as (
    select
        release_tag,
        min(published_at) as published_at
    from {{ ref('releases') }}
    where not is_prerelease and {{ local_date('published_at') }} <= {{ as_of() }}
    group by release_tag
),

-- A rollback deploys no tag of its own: it brings back a version that is older than the one it mends, before the next new one.
returned as (
    select
        records.release_tag,
        min(again.deployed_at) as deployed_at
    from {{ ref('release_records') }} as records
    inner join deployed as mended
        on records.mends_release_tag = mended.release_tag
    inner join deployed as older
        on mended.deployed_at > older.deployed_at
    inner join {{ ref('int_deployments__judged') }} as again
        on
            older.release_tag = again.release_tag
            and mended.deployed_at < again.deployed_at
            and coalesce(again.deployed_at < mended.next_deployed_at, true)
    where records.release_kind = 'rollback'
    group by records.release_tag
),

listed as (
    select release_tag from published
    union
    select release_tag from {{ ref('release_records') }}
    union
    select release_tag from deployed
),

answered as (
    select
        {%- for set in ['unit', 'rollback', 'sequence', 'ship', 'change'] %}
        max(case when question_set = '{{ set }}' then answer_count end) as {{ set }}_answer_count,
        bool_or(question_set = '{{ set }}' and is_complete) as is_{{ set }}_complete,
        {%- endfor %}
        release_tag
    from {{ ref('int_release_answers__counted') }}
    group by release_tag
),

found_risk as (
    select
        records.release_tag,
        bool_and(list_contains(string_split(coalesce(records.areas, ''), ' '), risks.area)) as has_all_areas
    from {{ ref('release_records') }} as records
    cross join {{ ref('release_risk_areas') }} as risks
    group by records.release_tag
),

gathered as (
    select
        listed.release_tag,
        records.release_tag is not null as has_record,
        coalesce(records.release_kind, 'unrecorded') as release_kind,
        records.mends_release_tag,
        records.decision_id,
        nullif(trim(records.owner), '') as owner,
        records.areas as recorded_areas,
        coalesce(records.has_migration_plan, false) as has_migration_plan,
        nullif(trim(records.named_metric), '') as named_metric,
        case when {{ local_date('records.called_at') }} <= {{ as_of() }} then records.owner_call end as owner_call,
        case when {{ local_date('records.called_at') }} <= {{ as_of() }} then records.called_at end as called_at,
        case when {{ local_date('records.called_at') }} <= {{ as_of() }} then records.called_by end as called_by,
        coalesce(deployed.deployed_at, returned.deployed_at) as deployed_at,
        published.published_at,
        coalesce(answered.unit_answer_count, 0) as unit_answer_count,
        coalesce(answered.rollback_answer_count, 0) as rollback_answer_count,
        coalesce(answered.sequence_answer_count, 0) as sequence_step_count,
        coalesce(answered.ship_answer_count, 0) as ship_answer_count,
        coalesce(answered.change_answer_count, 0) as change_answer_count,
        coalesce(answered.is_unit_complete, false) as is_unit_complete,
        coalesce(answered.is_rollback_complete, false) as is_rollback_complete,
        coalesce(answered.is_sequence_complete, false) as is_sequence_complete,
        coalesce(answered.is_ship_complete, false) as is_ship_complete,
        coalesce(answered.is_change_complete, false) as is_change_complete,
        coalesce(risk.has_all_areas, false) as has_risk_areas
    from listed
    left join {{ ref('release_records') }} as records on listed.release_tag = records.release_tag
    left join deployed on listed.release_tag = deployed.release_tag
    left join returned on listed.release_tag = returned.release_tag
    left join published on listed.release_tag = published.release_tag
    left join answered on listed.release_tag = answered.release_tag
    left join found_risk as risk on listed.release_tag = risk.release_tag
)

select
    *,
    {{ local_date('deployed_at') }} as deployed_on,
    -- A version that no production took is dated by its publishing, a call without a deployment by the call.
    {{ local_date('coalesce(deployed_at, published_at, called_at)') }} as released_on,
    has_risk_areas and not has_migration_plan as is_triple_risk,
    coalesce(called_by = owner and owner_call is not null, false) as is_called_by_owner
from gathered
