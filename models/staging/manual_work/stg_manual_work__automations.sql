select
    'manual_work:' || id as automation_id,
    'manual_work' as source,
    {{ snake_case('task') }} as task,
    built_minutes as built_minute_count,
    upper(currency) as currency,
    monthly_cost as monthly_amount,
    live_on
from {{ source('manual_work', 'automations') }}
