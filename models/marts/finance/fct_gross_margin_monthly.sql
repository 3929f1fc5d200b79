select
    {{ contracted_columns() }}
from {{ ref('int_product_margins__allocated') }}
where clock = 'month'
