-- The house's reading of the prices: recurring discounts reduce, and a subscription on hold makes nothing.
select
    * exclude (discounts_counted, is_contested, is_cancelling)
    replace (
        {%- for column in ['gross_native_mrr', 'native_mrr', 'gross_mrr', 'mrr'] %}
        case when is_counting then {{ column }} else 0 end as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    )
from {{ ref('int_subscription_items__priced') }}
where discounts_counted = 'recurring'
