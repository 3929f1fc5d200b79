with

first_calls as (
    select
        visitor_id,
        user_id,
        min(identified_at) as identified_at
    from {{ ref('visitor_identities') }}
    where {{ local_date('identified_at') }} <= {{ as_of() }}
    group by visitor_id, user_id
)

select
    calls.visitor_id,
    calls.user_id,
    rules.rule,
    rules.rule_order,
    row_number() over (partition by calls.visitor_id order by calls.identified_at, calls.user_id) as candidate_number,
    calls.identified_at as arisen_at
from first_calls as calls
inner join {{ ref('identity_rules') }} as rules
    on rules.kind = 'visitor_user' and rules.rule = 'first_identity'
