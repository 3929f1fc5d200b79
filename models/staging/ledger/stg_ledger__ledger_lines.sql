select
    'ledger:' || journal_id || ':' || cast(line_number as varchar) as ledger_line_id,
    'ledger' as source,
    'ledger:' || journal_id as journal_id,
    'ledger:' || account_number as ledger_account_id,
    posting_date as posted_on,
    nullif(lower(regexp_replace(trim(department), '[^A-Za-z0-9]+', '_', 'g')), '') as department,
    nullif(lower(regexp_replace(trim(product), '[^A-Za-z0-9]+', '_', 'g')), '') as product,
    upper(currency) as currency,
    coalesce(debit, 0) as debit_amount,
    coalesce(credit, 0) as credit_amount
from {{ source('ledger', 'journal_lines') }}
