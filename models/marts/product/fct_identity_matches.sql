{%- set kinds = [
    ('crm_company_account', 'int_crm_companies__matched', 'crm_company_id', 'account_id', 'match_rule'),
    ('user_account', 'int_users__matched', 'user_id', 'account_id', 'account_match_rule'),
    ('user_contact', 'int_users__matched', 'user_id', 'crm_contact_id', 'contact_match_rule'),
    ('visitor_user', 'int_visitors__identified', 'visitor_id', 'user_id', "'first_identity'"),
] %}
with

judged_entities as (
    {%- for kind, model, left_id, right_id, rule in kinds %}
    {{ "union all" if not loop.first }}
    select
        '{{ kind }}' as kind,
        {{ left_id }} as left_id,
        {{ right_id }} as right_id,
        {{ rule }} as rule
    from {{ ref(model) }}
    {%- endfor %}
),

known_domains as (
    select
        'crm_company_account' as kind,
        crm_company_id as left_id,
        domain
    from {{ ref('crm_companies') }}
    union all
    select
        'user_account' as kind,
        user_id as left_id,
        email_domain as domain
    from {{ ref('int_users__matched') }}
),

shared_domains as (
    select
        'crm_company_account' as kind,
        email_domain as domain
    from {{ ref('int_accounts__known') }}
    group by email_domain
    having count(*) > 1
    union all
    select
        'user_account' as kind,
        domain
    from {{ ref('int_account_domains__claimed') }}
    where account_count > 1
)

select
    judged.kind || ':' || judged.left_id as match_id,
    judged.kind,
    judged.left_id,
    judged.right_id,
    judged.rule,
    rules.rule_order,
    judged.right_id is not null as is_matched,
    case
        when judged.right_id is not null then null
        when free_mail.domain is not null then 'free_mail_domain'
        when shared.domain is not null then 'shared_domain'
        else 'no_candidate'
    end as unmatched_reason
from judged_entities as judged
left join known_domains as domains on judged.kind = domains.kind and judged.left_id = domains.left_id
left join {{ ref('free_mail_domains') }} as free_mail on domains.domain = free_mail.domain
left join shared_domains as shared on domains.kind = shared.kind and domains.domain = shared.domain
left join {{ ref('identity_rules') }} as rules on judged.kind = rules.kind and judged.rule = rules.rule
