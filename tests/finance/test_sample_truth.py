"""The sample company's books against their planted truth, month by month and to the ten-thousandth.

Belongs here: comparing the finance marts with truth, on the last day and on a past one; a company without books and without rates.
Does not belong here: a rule of finance (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample_company.clock import STARTS_ON
from sample_company.growth.rates import RATE_UNITS, DayRates
from sample_company.growth.states import Rate
from sample_company.money import RATES
from sample_company.write import write
from tests.runs import Run
from tests.warehouses import build, company, land

SOURCES = {"stripe", "ledger", "fx_rates"}
MARTS = (
    *("+fct_ledger_lines", "+fct_gross_margin_monthly", "+fct_gross_margin_quarterly", "+fct_cash_monthly", "+fct_finance_monthly"),
    *("+fct_finance_quarterly", "+fct_cash_receipts", "+fct_cost_forecast", "+int_gross_margins__monthly", "+fct_charges"),
)
COMPONENTS = ("hosting", "third_party_usage", "payment_fees", "support_payroll", "success_payroll")


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("margins_monthly", "cash_monthly") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str, rows: int) -> None:
    """Both queries give the same rows, as often, and at least `rows` of them."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []
    assert len(connection.execute(told).fetchall()) >= rows


def test_margin_by_month_and_product(marts: duckdb.DuckDBPyConnection) -> None:
    amounts = ("revenue", *COMPONENTS, "cost_of_revenue")
    same(
        marts,
        f"""
        select cast(month as date), product, {", ".join(f"cast({name} as decimal(18, 4))" for name in amounts)}
        from truth_margins_monthly
        where product <> 'all' and (cast(revenue as decimal(18, 4)) <> 0 or cast(cost_of_revenue as decimal(18, 4)) <> 0)
        """,
        f"select period_on, product, {', '.join(f'{name}_amount' for name in amounts)} from finance.fct_gross_margin_monthly",
        rows=40,
    )


def test_profit_and_loss_of_the_company(marts: duckdb.DuckDBPyConnection) -> None:
    spent = ("media", "agencies", "sales_marketing_tools", "sales_marketing_payroll", "commission")
    same(
        marts,
        f"""
        select cast(month as date), cast(revenue as decimal(18, 4)), cast(cost_of_revenue as decimal(18, 4)),
            cast({" + ".join(f"cast({name} as decimal(18, 4))" for name in spent)} as decimal(18, 4)),
            cast(research_development as decimal(18, 4)), cast(general_administrative as decimal(18, 4))
        from truth_margins_monthly where product = 'all'
        """,
        """
        select period_on, revenue_amount, cost_of_revenue_amount, sales_marketing_amount, research_development_amount,
            general_administrative_amount
        from finance.fct_finance_monthly
        """,
        rows=21,
    )
    same(
        marts,
        """
        select cast(month as date), cast(revenue as decimal(18, 4)), cast(cost_of_revenue as decimal(18, 4))
        from truth_margins_monthly where product = 'all'
        """,
        "select period_on, revenue_amount, cost_of_revenue_amount from intermediate.int_gross_margins__monthly",
        rows=21,
    )


def test_cash_and_burn(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), cast(closing_cash as decimal(18, 4)), cast(change_in_cash as decimal(18, 4)),
            cast(funding as decimal(18, 4)), cast(net_burn as decimal(18, 4))
        from truth_cash_monthly
        """,
        "select period_on, closing_cash_amount, cash_change_amount, financing_amount, net_burn_amount from finance.fct_cash_monthly",
        rows=21,
    )
    # The opening balance, and a round inside the years, are financing; so no month burns by them.
    assert marts.execute("select count(*) >= 2 from finance.fct_cash_monthly where financing_amount > 0").fetchall() == [(True,)]
    broken = "opening_cash_amount - net_burn_amount + financing_amount <> closing_cash_amount"
    assert marts.execute(f"select period_on from finance.fct_cash_monthly where {broken}").fetchall() == []


def test_quarters_are_their_months(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(date_trunc('quarter', cast(month as date)) as date), cast(sum(cast(net_burn as decimal(18, 4))) as decimal(18, 4)),
            arg_max(cast(closing_cash as decimal(18, 4)), month)
        from truth_cash_monthly group by 1
        """,
        "select period_on, net_burn_amount, closing_cash_amount from finance.fct_finance_quarterly",
        rows=7,
    )


def test_no_line_is_without_a_category(marts: duckdb.DuckDBPyConnection) -> None:
    assert marts.execute("select count(*) > 300, sum(uncategorised_line_count) from finance.fct_ledger_lines").fetchall() == [(True, 0)]


def test_receipts_at_the_rate_of_the_day(marts: duckdb.DuckDBPyConnection, sample: Run) -> None:
    """Every charge and refund converted again by the simulation's own arithmetic from the exported rates."""
    rates = []
    for file in sorted((sample.inbox / "fx_rates" / "rates").glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            rates += [
                Rate(date.fromisoformat(row["date"]), row["base"], int(Decimal(row["rate"]) * RATE_UNITS)) for row in csv.DictReader(text)
            ]
    days, constant = DayRates(rates), {currency: int(rate * RATE_UNITS) for currency, rate in RATES.items()}
    found = marts.execute(
        "select currency, received_on, native_amount, reference_amount, fx_effect_amount, cash_amount from finance.fct_cash_receipts"
    ).fetchall()
    assert len(found) > 300 and {row[0] for row in found} >= {"USD", "EUR", "JPY"}
    for currency, on, native, reference, effect, cash in found:
        units = int(native * 10_000)
        fixed = (2 * abs(units) * constant[currency] + RATE_UNITS) // (2 * RATE_UNITS) * (1 if units >= 0 else -1)
        assert (int(cash * 10_000), int(reference * 10_000)) == (days.to_reporting(units, currency, on), fixed), (currency, on, native)
        assert cash == reference + effect
    assert any(row[4] for row in found)


def test_receipts_are_the_charges_and_the_refunds(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select charge_id, charged_amount from revenue.fct_charges where status = 'succeeded'",
        "select receipt_id, reference_amount from finance.fct_cash_receipts where receipt_kind = 'charge'",
        rows=300,
    )
    given_back = "select -sum(reference_amount) from finance.fct_cash_receipts where receipt_kind = 'refund' and account_id is not null"
    assert marts.execute(given_back).fetchall() == marts.execute("select sum(refunded_amount) from revenue.fct_charges").fetchall()


def test_the_forecast_goes_on_from_the_last_month(marts: duckdb.DuckDBPyConnection) -> None:
    """Twelve months ahead of each series, inside an interval that widens; at the first, the ratio is near that of the last actual."""
    rows = marts.execute(
        "select series, period_on, amount, low_amount, high_amount from finance.fct_cost_forecast where kind = 'forecast' order by all"
    ).fetchall()
    assert [row[0] for row in rows] == ["hosting_cost"] * 12 + ["revenue"] * 12
    last = marts.execute("select max(period_on) from finance.fct_cost_forecast where kind = 'actual'").fetchall()[0][0]
    assert rows[0][1] == date(last.year + last.month // 12, last.month % 12 + 1, 1)
    assert all(low < amount < high for _, _, amount, low, high in rows)
    assert rows[11][4] - rows[11][3] > rows[0][4] - rows[0][3]


def test_a_company_without_books_and_rates(tmp_path: Path, manifest_path: Path) -> None:
    """Typed empties, no error; receipts are at the reference rate, without an effect."""
    write(tmp_path / "inbox", tmp_path / "truth", scale=0.05, until=date(2023, 12, 31))
    warehouse = land(tmp_path, manifest_path, SOURCES, date(2023, 12, 31), STARTS_ON)
    build(warehouse, tmp_path / "target", company(ledger_accounts=[], ledger_lines=[], fx_rates=[]), *MARTS)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart in ("fct_ledger_lines", "fct_gross_margin_monthly", "fct_finance_monthly", "fct_finance_quarterly", "fct_cost_forecast"):
            assert connection.execute(f"select count(*) from finance.{mart}").fetchall() == [(0,)], mart
        effects = "select count(*) > 0, sum(abs(fx_effect_amount)) from finance.fct_cash_receipts"
        assert connection.execute(effects).fetchall() == [(True, 0)]


def test_books_without_categories_are_told_and_not_guessed(tmp_path: Path, manifest_path: Path) -> None:
    """No account of this company is in the seed: its lines are counted, the build warns and goes on, and no amount is made of them."""
    write(tmp_path / "inbox", tmp_path / "truth", scale=0.05, until=date(2023, 12, 31))
    warehouse = land(tmp_path, manifest_path, SOURCES, date(2023, 12, 31), STARTS_ON)
    told = build(warehouse, tmp_path / "target", {**company(), "company": "unmapped"}, *MARTS)
    assert re.search(r"Warning in test accepted_values_int_ledger_lines__categorised_is_uncategorised", told)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = "select count(*) > 50, count(*) = sum(uncategorised_line_count) from finance.fct_ledger_lines"
        assert connection.execute(counted).fetchall() == [(True, True)]
        for mart in ("fct_gross_margin_monthly", "fct_finance_monthly", "fct_cash_monthly"):
            assert connection.execute(f"select count(*) from finance.{mart}").fetchall() == [(0,)], mart
