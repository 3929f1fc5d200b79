with answered as (
    select
        responses.response_id,
        responses.survey_kind,
        responses.user_id,
        users.account_id,
        responses.score,
        responses.answer,
        responses.responded_at,
        {{ local_date('responses.responded_at') }} as responded_on
    from {{ ref('survey_responses') }} as responses
    left join {{ ref('int_users__matched') }} as users
        on responses.user_id = users.user_id
    where
        {{ local_date('responses.responded_at') }} <= {{ as_of() }}
        and not coalesce(users.is_excluded, false)
),

used_before as (
    select distinct answered.response_id
    from answered
    inner join {{ ref('product_events') }} as events
        on
            answered.user_id = events.user_id
            and events.occurred_at <= answered.responded_at
            and events.occurred_at >= {{ dbt.dateadd('day', '-' ~ threshold('survey_active_days'), 'answered.responded_at') }}
    where
        events.event_name in (
            select core_actions.event_name from {{ ref('core_actions') }} as core_actions where core_actions.company = '{{ var("company") }}'
        )
),

sorted_out as (
    select
        answered.*,
        coalesce(accounts.customer_segment, 'unknown') as customer_segment,
        coalesce(accounts.country, 'unknown') as country,
        used_before.response_id is not null as is_active,
        case
            when answered.survey_kind = 'nps' and answered.score between 9 and 10 then 'promoter'
            when answered.survey_kind = 'nps' and answered.score between 7 and 8 then 'passive'
            when answered.survey_kind = 'nps' and answered.score between 0 and 6 then 'detractor'
            when answered.survey_kind = 'csat' and (answered.score between 4 and 5 or answered.answer = 'good') then 'good'
            when answered.survey_kind = 'csat' and (answered.score between 1 and 3 or answered.answer = 'bad') then 'bad'
            when answered.survey_kind = 'pmf' then answered.answer
        end as outcome
    from answered
    left join used_before
        on answered.response_id = used_before.response_id
    left join {{ ref('int_accounts__dated') }} as accounts
        on
            answered.account_id = accounts.account_id
            and accounts.from_on <= answered.responded_on
            and answered.responded_on < accounts.to_on
)

select
    response_id,
    survey_kind,
    user_id,
    account_id,
    customer_segment,
    country,
    responded_at,
    responded_on,
    score,
    coalesce(outcome, 'not_an_answer') as outcome,
    is_active,
    1 as response_count,
    cast(survey_kind = 'nps' and outcome is not null as integer) as nps_count,
    case when outcome = 'promoter' then 100 when outcome = 'detractor' then -100 else 0 end as nps_points,
    cast(survey_kind = 'csat' and outcome is not null as integer) as csat_count,
    cast(survey_kind = 'csat' and coalesce(outcome = 'good', false) as integer) as csat_good_count,
    cast(survey_kind = 'pmf' and outcome is not null and is_active as integer) as pmf_active_count,
    cast(survey_kind = 'pmf' and coalesce(outcome = 'very_disappointed', false) and is_active as integer) as very_disappointed_count
from sorted_out
