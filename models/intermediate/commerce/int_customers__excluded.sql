select
    id as customer_id,
    reason,
    excluded_on
from {{ ref(var('exclusions')) }}
where company = '{{ var("company") }}' and kind = 'customer'
