"""The finance metrics over marts of a few rows: two months and two quarters worked out on paper, against the marts' own contracts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.semantic import read_definitions
from tests.hand_worked import Marts

FINANCE_MARTS = "models/marts/finance/_finance__semantic"

MONTH = {"period_ends_on": "2026-05-31", "is_complete": True, "runway_status": "burning"}
RECEIPT = {"received_on": "2026-05-31", "currency": "JPY"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_gross_margin_monthly": [
        # May: software keeps 700 of 1,000, the shop 10 of 100; together 710 of 1,100 = 0.6454545455.
        {"product_margin_id": "a", "period_on": "2026-05-01", "product": "software", "revenue_amount": 1000, "gross_margin_amount": 700},
        {"product_margin_id": "b", "period_on": "2026-05-01", "product": "shop", "revenue_amount": 100, "gross_margin_amount": 10},
        # June: a cost and no revenue.
        {"product_margin_id": "c", "period_on": "2026-06-01", "product": "shop", "revenue_amount": 0, "gross_margin_amount": -5},
    ],
    "fct_gross_margin_quarterly": [
        {"product_margin_id": "q", "period_on": "2026-04-01", "product": "software", "revenue_amount": 4000, "gross_margin_amount": 3000},
    ],
    "fct_finance_monthly": [
        # May: 900 in the bank at a mean burn of 60 last 15 months; 50 burnt for 200 of ARR is 0.25; a year before, revenue was 880.
        {
            **MONTH, "period_on": "2026-05-01", "operating_profit_amount": -330, "year_before_revenue_amount": 880,
            "revenue_growth_amount": 220, "net_burn_amount": 50, "closing_cash_amount": 900, "runway_burn_amount": 60,
            "net_new_arr_amount": 200, "new_account_count": 4, "cost_change_amount": 30, "account_change_count": 3,
            "sales_marketing_amount": 90, "marginal_cost_amount": "7.5",
        },
        # June: cash is earned, so there is no runway to tell; ARR stood still; no year before; no account more.
        {
            **MONTH, "period_on": "2026-06-01", "operating_profit_amount": 5, "net_burn_amount": -40, "closing_cash_amount": 940,
            "net_new_arr_amount": 0, "new_account_count": 0, "cost_change_amount": 30, "account_change_count": 0,
            "sales_marketing_amount": 100, "runway_burn_amount": None, "year_before_revenue_amount": None, "revenue_growth_amount": None,
        },
    ],
    "fct_finance_quarterly": [
        # First quarter: nothing was spent in the quarter before. Second: 600 of ARR for the 400 spent in the first is 1.5.
        {**MONTH, "period_on": "2026-01-01", "net_new_arr_amount": 300, "sales_marketing_amount": 400, "before_sales_marketing_amount": 0},
        {
            **MONTH, "period_on": "2026-04-01", "net_new_arr_amount": 600, "sales_marketing_amount": 280,
            "before_sales_marketing_amount": 400, "closing_cash_amount": 940, "runway_burn_amount": 20,
        },
    ],
    "fct_cash_receipts": [
        # 64 came in for yen worth 67 at the reference rate, 28 went back for 26.80: 36 = 40.20 - 4.20.
        {**RECEIPT, "receipt_id": "c1", "cash_amount": 64, "reference_amount": 67, "fx_effect_amount": -3},
        {**RECEIPT, "receipt_id": "r1", "cash_amount": -28, "reference_amount": "-26.8", "fx_effect_amount": "-1.2"},
    ],
    "fct_ledger_lines": [
        {"ledger_line_id": "l1", "posted_on": "2026-05-31", "uncategorised_line_count": 1},
        {"ledger_line_id": "l2", "posted_on": "2026-05-31", "uncategorised_line_count": 0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(hand_worked_marts: Marts) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "finance", ROWS)
        hand_worked_marts.publish(connection)
        yield connection


def value(warehouse: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str = "month", segment: str = "all") -> tuple[Any, str] | None:
    """(value, status) of the one cell; None when there is no cell."""
    rows = warehouse.execute(
        "select value, status from published.metrics where metric = ? and period_on = ? and period_grain = ? and segment = ?",
        [metric, on, grain, segment],
    ).fetchall()
    assert len(rows) < 2
    return rows[0] if rows else None


@pytest.mark.parametrize(
    ("metric", "on", "grain", "segment", "expected"),
    [
        ("gross_margin", "2026-05-01", "month", "all", "0.6454545455"),
        ("gross_margin", "2026-05-01", "month", "software", "0.7"),
        ("gross_margin", "2026-05-01", "month", "shop", "0.1"),
        ("gross_margin", "2026-06-01", "month", "shop", None),
        ("gross_margin", "2026-04-01", "quarter", "all", "0.75"),
        ("recognised_revenue", "2026-05-01", "month", "all", "1100"),
        ("operating_margin", "2026-05-01", "month", "all", "-0.3"),
        ("revenue_growth_yearly", "2026-05-01", "month", "all", "0.25"),
        # 25 % of growth less 30 % of loss.
        ("rule_of_40", "2026-05-01", "month", "all", "-5"),
        ("runway_months", "2026-05-01", "month", "all", "15"),
        ("runway_months", "2026-06-01", "month", "all", None),
        ("runway_months", "2026-04-01", "quarter", "all", "47"),
        ("burn_multiple", "2026-05-01", "month", "all", "0.25"),
        ("burn_multiple", "2026-06-01", "month", "all", None),
        ("magic_number", "2026-04-01", "quarter", "all", "1.5"),
        ("magic_number", "2026-01-01", "quarter", "all", None),
        ("burn_per_new_customer", "2026-05-01", "month", "all", "12.5"),
        ("burn_per_new_customer", "2026-06-01", "month", "all", None),
        ("cost_per_incremental_account", "2026-05-01", "month", "all", "10"),
        ("cost_per_incremental_account", "2026-06-01", "month", "all", None),
        ("cost_per_incremental_account_robust", "2026-05-01", "month", "all", "7.5"),
        ("net_burn", "2026-06-01", "month", "all", "-40"),
        ("closing_cash", "2026-04-01", "quarter", "all", "940"),
        ("sales_marketing_spend", "2026-05-01", "month", "all", "90"),
        ("cash_collected", "2026-05-31", "day", "all", "36"),
        ("cash_at_reference", "2026-05-01", "month", "JPY", "40.2"),
        ("fx_effect", "2026-05-01", "month", "JPY", "-4.2"),
        ("uncategorised_ledger_lines", "2026-05-01", "month", "all", "1"),
    ],
)
def test_metric_by_hand(warehouse: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str, expected: str | None) -> None:
    found = value(warehouse, metric, on, grain, segment)
    assert found == (Decimal(expected) if expected else None, "ok")


def test_no_growth_is_told_without_the_year_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert value(warehouse, "revenue_growth_yearly", "2026-06-01") is None
    assert value(warehouse, "rule_of_40", "2026-06-01") is None


def test_magic_number_is_a_quarters(warehouse: duckdb.DuckDBPyConnection) -> None:
    grains = warehouse.execute("select distinct period_grain from published.metrics where metric = 'magic_number'").fetchall()
    assert grains == [("quarter",)]


def test_without_books_and_rates_the_metrics_say_what_they_lack(hand_worked_marts: Marts) -> None:
    definitions = read_definitions(hand_worked_marts.semantic_manifest, hand_worked_marts.manifest)
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "finance", {})
        hand_worked_marts.publish(connection, {"ledger_lines", "ledger_accounts", "fx_rates"})
        told = dict(connection.execute("select metric, reason from published.metrics where status = 'not_available'").fetchall())
    finance = {name for name, metric in definitions.metrics.items() if metric.file.startswith(FINANCE_MARTS)}
    assert {"gross_margin", "runway_months", "magic_number", "fx_effect"} <= finance
    assert finance - told.keys() == {"cash_collected", "cash_at_reference"}
    assert "ledger_lines" in told["gross_margin"] and told["fx_effect"].startswith("no system provides fx_rates")
