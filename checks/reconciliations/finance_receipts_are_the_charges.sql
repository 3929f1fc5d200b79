-- Receipts are the charges that succeeded and the refunds that were paid, none twice and none lost, at reference rates; and cash is the
-- reference amount and the effect of exchange rates, row by row.
select
    'charges' as kind,
    charged.amount as expected_amount,
    received.amount as found_amount
from (select coalesce(sum(charged_amount), 0) as amount from {{ ref('fct_charges') }}) as charged
cross join (
    select coalesce(sum(reference_amount), 0) as amount
    from {{ ref('fct_cash_receipts') }}
    where receipt_kind = 'charge'
) as received
where charged.amount <> received.amount
union all
select
    receipt_id as kind,
    reference_amount + fx_effect_amount as expected_amount,
    cash_amount as found_amount
from {{ ref('fct_cash_receipts') }}
where reference_amount + fx_effect_amount <> cash_amount
