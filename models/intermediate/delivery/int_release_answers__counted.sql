with records as (
    select
        release_tag,
        nullif(trim(named_metric), '') as named_metric,
        {%- for column in [
            'unit_behaviour', 'unit_first_users', 'unit_break', 'unit_disable', 'unit_watch', 'rollback_data', 'rollback_seen',
            'rollback_macros', 'rollback_analytics', 'rollback_communication', 'ship_next', 'ship_behaviour', 'ship_evidence',
            'ship_support', 'ship_story', 'ship_stop'
        ] %}
        nullif(trim({{ column }}), '') as {{ column }},
        {%- endfor %}
        {%- for step in ['decision', 'slice', 'rollout', 'observability', 'owner', 'evidence'] %}
        case when {{ local_date('sequence_' ~ step ~ '_at') }} <= {{ as_of() }} then cast(sequence_{{ step }}_at as varchar) end
            as sequence_{{ step }}_at{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('release_records') }}
),

-- A question without an answer makes no row.
answered as (
    select
        release_tag,
        question,
        answer
    from records
    unpivot (answer for question in (columns(* exclude (release_tag))))
)

select
    records.release_tag,
    questions.question_set,
    cast(count(answered.answer) as integer) as answer_count,
    cast(count(*) as integer) as question_count,
    count(answered.answer) = count(*) as is_complete,
    string_agg(case when answered.answer is null then questions.question end, ' ' order by questions.question_number) as missing_questions
from records
cross join {{ ref('release_questions') }} as questions
left join answered
    on records.release_tag = answered.release_tag and questions.question = answered.question
group by records.release_tag, questions.question_set
