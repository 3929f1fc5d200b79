-- Ledgers have words of their own for the same eight types; an unknown one is kept, and a test of this model names it.
with

spelled_types as (
    select
        *,
        lower(regexp_replace(trim(account_type), '[^A-Za-z]+', '_', 'g')) as spelled_type
    from {{ source('ledger', 'accounts') }}
)

select
    'ledger:' || account_number as ledger_account_id,
    'ledger' as source,
    account_number,
    account_name,
    case
        when spelled_type in ('income', 'sales') then 'revenue'
        when spelled_type in ('cost_of_sales', 'cost_of_goods_sold', 'cogs') then 'cost_of_revenue'
        when spelled_type in ('expense', 'expenses', 'operating_expenses') then 'operating_expense'
        when spelled_type in ('bank', 'cash', 'assets') then 'asset'
        when spelled_type = 'liabilities' then 'liability'
        else spelled_type
    end as account_type
from spelled_types
