select
    {{ snake_case('task') }} as task,
    'manual_work' as source,
    week_on,
    minutes as minute_count,
    automated as is_automated
from {{ source('manual_work', 'task_times') }}
