{%- set kinds = [
    ('crm_company_account', 'int_crm_company_candidates__ranked', 'crm_company_id', 'account_id'),
    ('user_account', 'int_user_account_candidates__ranked', 'user_id', 'account_id'),
    ('user_contact', 'int_user_contact_candidates__ranked', 'user_id', 'crm_contact_id'),
    ('visitor_user', 'int_visitor_candidates__ranked', 'visitor_id', 'user_id'),
] %}
with

ranked_candidates as (
    {%- for kind, model, left_id, right_id in kinds %}
    {{ "union all" if not loop.first }}
    select
        '{{ kind }}' as kind,
        {{ left_id }} as left_id,
        {{ right_id }} as right_id,
        rule,
        candidate_number,
        arisen_at
    from {{ ref(model) }}
    {%- endfor %}
),

-- Of the four kinds of id on both sides, those that belong to an excluded account.
excluded_ids as (
    select account_id as id from {{ ref('int_accounts__known') }} where is_excluded
    union all
    select user_id as id from {{ ref('int_users__matched') }} where is_excluded
)

select
    others.kind || ':' || others.left_id || ':' || others.rule || ':' || others.right_id as conflict_id,
    others.kind,
    others.left_id,
    winners.right_id as winner_id,
    winners.rule as winner_rule,
    others.right_id as other_id,
    others.rule as other_rule,
    case when winners.rule = others.rule then 'several_candidates' else 'rules_disagree' end as reason,
    {{ local_date('others.arisen_at') }} as arisen_on,
    coalesce(winners.right_id in (select id from excluded_ids) or others.left_id in (select id from excluded_ids), false) as is_excluded
from ranked_candidates as others
inner join ranked_candidates as winners
    on others.kind = winners.kind and others.left_id = winners.left_id and winners.candidate_number = 1
where others.right_id != winners.right_id
