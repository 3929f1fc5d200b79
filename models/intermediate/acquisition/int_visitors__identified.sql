select
    candidates.visitor_id,
    candidates.user_id,
    users.account_id,
    candidates.arisen_at as identified_at
from {{ ref('int_visitor_candidates__ranked') }} as candidates
left join {{ ref('int_users__matched') }} as users on candidates.user_id = users.user_id
where candidates.candidate_number = 1
