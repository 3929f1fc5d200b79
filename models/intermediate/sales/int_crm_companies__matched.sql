select
    companies.crm_company_id,
    candidates.account_id,
    candidates.rule as match_rule
from {{ ref('crm_companies') }} as companies
left join {{ ref('int_crm_company_candidates__ranked') }} as candidates
    on companies.crm_company_id = candidates.crm_company_id and candidates.candidate_number = 1
where {{ local_date('companies.created_at') }} <= {{ as_of() }}
