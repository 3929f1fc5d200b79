with lines as (
    select
        lines.*,
        accounts.account_number,
        accounts.account_name,
        accounts.account_type,
        coalesce(categories.category, 'uncategorised') as category,
        coalesce(groups.category_group, 'uncategorised') as category_group,
        categories.category is null as is_uncategorised,
        case when groups.natural_side = 'credit' then lines.credit_amount - lines.debit_amount else lines.debit_amount - lines.credit_amount end
            as native_amount
    from {{ ref('ledger_lines') }} as lines
    left join {{ ref('ledger_accounts') }} as accounts
        on lines.ledger_account_id = accounts.ledger_account_id
    left join {{ ref('ledger_categories') }} as categories
        on
            accounts.account_number = categories.account_number
            and categories.company = '{{ var("company") }}'
    left join {{ ref('ledger_category_groups') }} as groups
        on categories.category = groups.category
    where lines.posted_on <= {{ as_of() }}
)

select
    lines.ledger_line_id,
    lines.journal_id,
    lines.posted_on,
    cast(date_trunc('month', lines.posted_on) as date) as period_on,
    lines.ledger_account_id,
    lines.account_number,
    lines.account_name,
    lines.account_type,
    lines.category,
    lines.category_group,
    lines.is_uncategorised,
    lines.department,
    lines.product,
    lines.currency,
    cast(lines.native_amount as decimal(18, 4)) as native_amount,
    case
        when lines.currency = '{{ var("reporting_currency") }}' then cast(lines.native_amount as decimal(18, 4))
        when rates.currency is not null then {{ scale_amount('lines.native_amount', 'rates.rate_units', '100000000') }}
        -- Before the first day that the company reports there are no daily rates, and the opening balance is made of such lines.
        else {{ scale_amount('lines.native_amount', 'reference.rate_numerator', 'reference.rate_denominator') }}
    end as amount
from lines
left join {{ ref('int_fx_rates__daily') }} as rates
    on
        lines.posted_on = rates.rate_on
        and lines.currency = rates.currency
left join {{ ref('int_currencies__rated') }} as reference
    on lines.currency = reference.currency
