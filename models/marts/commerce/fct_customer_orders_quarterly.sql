select
    {{ contracted_columns() }}
from {{ ref('int_customer_orders__counted') }}
where period_grain = 'quarter'
