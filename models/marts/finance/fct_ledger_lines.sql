select
    ledger_line_id,
    journal_id,
    posted_on,
    period_on,
    account_number,
    account_name,
    account_type,
    category,
    category_group,
    is_uncategorised,
    department,
    product,
    currency,
    native_amount,
    amount,
    cast(is_uncategorised as integer) as uncategorised_line_count
from {{ ref('int_ledger_lines__categorised') }}
