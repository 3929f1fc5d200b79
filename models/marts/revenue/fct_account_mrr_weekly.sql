select
    {{ contracted_columns() }}
from {{ ref('int_mrr_movements__classified') }}
where clock = 'week'
