select
    {{ contracted_columns() }}
from {{ ref('int_ad_spend__valued') }}
