select *
from {{ ref('int_survival_ages__summed') }}
where period_on = (select max(period_on) from {{ ref('int_survival_ages__summed') }})
