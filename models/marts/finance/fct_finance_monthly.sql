select
    {{ contracted_columns() }}
from {{ ref('int_finance_periods__measured') }}
where clock = 'month'
