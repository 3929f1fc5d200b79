select
    pages.shift_id,
    {{ local_date('min(pages.paged_at)') }} as first_paged_on,
    count(distinct pages.responder_id) as responder_count,
    count(*) as page_count,
    count(distinct pages.incident_id) as incident_count,
    count(*) filter (where incidents.runbook is not null) as runbook_page_count,
    1 as shift_count
from {{ ref('on_call_pages') }} as pages
left join {{ ref('incidents') }} as incidents
    on pages.incident_id = incidents.incident_id
where {{ local_date('pages.paged_at') }} <= {{ as_of() }} and pages.shift_id is not null
group by pages.shift_id
