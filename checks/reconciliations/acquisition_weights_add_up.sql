-- Every account that ever paid is shared out by each of the six models, and its weights add up to exactly 1.
-- A row here is an account and model whose weights do not, or an account that lacks a model.
with

summed_weights as (
    select
        account_id,
        attribution_model,
        sum(weight) as weight
    from {{ ref('fct_attributed_touches') }}
    group by account_id, attribution_model
),

counted_models as (
    select
        accounts.account_id,
        count(summed_weights.attribution_model) as model_count,
        count(*) filter (where summed_weights.weight = 1) as whole_count
    from {{ ref('int_accounts__acquired') }} as accounts
    left join summed_weights on accounts.account_id = summed_weights.account_id
    group by accounts.account_id
)

select
    account_id,
    model_count,
    whole_count
from counted_models
where model_count <> 6 or whole_count <> 6
