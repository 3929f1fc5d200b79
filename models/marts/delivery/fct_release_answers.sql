select
    concat_ws('|', answers.release_tag, answers.question_set) as release_answer_id,
    answers.release_tag,
    answers.question_set,
    releases.release_kind,
    releases.released_on,
    answers.answer_count,
    answers.question_count,
    answers.is_complete,
    answers.missing_questions
from {{ ref('int_release_answers__counted') }} as answers
inner join {{ ref('fct_releases') }} as releases
    on answers.release_tag = releases.release_tag
