select id as account_id
from {{ ref(var('exclusions')) }}
where company = '{{ var("company") }}' and kind = 'account'
