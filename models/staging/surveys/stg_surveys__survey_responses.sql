-- An answer in other words than the four is kept as it came, in snake case, and a test of this model names it.
with

spelled_answers as (
    select
        *,
        trim(lower(regexp_replace(answer, '[^A-Za-z]+', '_', 'g')), '_') as spelled_answer
    from {{ source('surveys', 'responses') }}
)

select
    'surveys:' || id as response_id,
    'surveys' as source,
    survey as survey_kind,
    'segment:' || user_id as user_id,
    case when survey in ('nps', 'csat') then cast(score as integer) end as score,
    case
        when survey != 'pmf' then null
        when starts_with(spelled_answer, 'very_disappointed') then 'very_disappointed'
        when starts_with(spelled_answer, 'somewhat_disappointed') then 'somewhat_disappointed'
        when starts_with(spelled_answer, 'not_disappointed') then 'not_disappointed'
        when contains(spelled_answer, 'no_longer_use') then 'no_longer_use'
        else spelled_answer
    end as answer,
    submitted_at as responded_at
from spelled_answers
