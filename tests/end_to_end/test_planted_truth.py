"""The simulator's true numbers against the published file, to the smallest unit, for every period.

The truth comes from the simulation's own state; nothing of it is read from the exports, and no code is shared with the models.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import Run

CLOCKS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "trailing_12m": "trailing_12m"}
AMOUNTS = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
COUNTS = ("opening_accounts", "new_accounts", "reactivated_accounts", "churned_accounts", "closing_accounts")
COUNT_COLUMNS = tuple(f"{name.removesuffix('_accounts')}_account_count" for name in COUNTS)


def rows(run: Run, name: str) -> list[dict[str, str]]:
    with (run.truth / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def money(row: dict[str, str], names: tuple[str, ...]) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in names)


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_period_of_every_clock(nightly: Run, clock: str) -> None:
    """Totals: each movement, retained revenue and each count of accounts."""
    truth = {
        row["period_on"]: (
            *money(row, (*AMOUNTS, "voluntary_churn", "involuntary_churn", "retained", "retained_capped")),
            *(int(row[name]) for name in (*COUNTS, "free_accounts")),
            row["is_complete"] == "true",
        )
        for row in rows(nightly, "totals.csv")
        if row["period_grain"] == clock
    }
    sums = ", ".join(f"sum({name}_mrr)" for name in (*AMOUNTS, "voluntary_churn", "involuntary_churn", "retained", "retained_capped"))
    counts = ", ".join(f"sum({name})::bigint" for name in (*COUNT_COLUMNS, "free_account_count"))
    found = nightly.query(
        f"select period_on::varchar, {sums}, {counts}, bool_and(is_complete) from published.fct_account_mrr_{CLOCKS[clock]} group by 1"
    )
    published = {row[0]: tuple(row[1:]) for row in found}
    quiet = {period for period in truth if not any(truth[period][:-1])}
    assert {period: truth[period] for period in truth if period not in quiet} == published
    assert len(published) > 10


@pytest.mark.parametrize("clock", ["week", "month", "quarter"])
def test_every_account_in_every_period(nightly: Run, clock: str) -> None:
    truth = {}
    for row in rows(nightly, f"account_movements_{clock}.csv"):
        amounts = money(row, AMOUNTS)
        if any(amounts):
            truth[row["account_id"], row["period_on"]] = (*amounts, row["churn_reason"] or None)
    sums = ", ".join(f"sum({name}_mrr)" for name in AMOUNTS)
    found = nightly.query(
        f"""
        select account_id, period_on::varchar, {sums}, max(churn_reason) from published.fct_account_mrr_{CLOCKS[clock]}
        group by 1, 2 having sum(opening_mrr) > 0 or sum(closing_mrr) > 0
        """
    )
    assert {row[:2]: tuple(row[2:]) for row in found} == truth


@pytest.mark.parametrize("kind", ["plan", "country", "currency", "customer_segment", "acquisition_month"])
def test_every_segment_with_what_it_gains_and_loses(nightly: Run, kind: str) -> None:
    transfers = "sum(0.0000), sum(0.0000)" if kind == "acquisition_month" else f"sum({kind}_transfer_in_mrr), sum({kind}_transfer_out_mrr)"
    sums = ", ".join(f"sum({name}_mrr)" for name in AMOUNTS)
    counts = ", ".join(f"sum({name})::bigint" for name in COUNT_COLUMNS)
    for clock in ("month", "quarter"):
        truth = {
            (row["period_on"], row["segment"]): (
                *money(row, (*AMOUNTS, "transfer_in", "transfer_out")),
                *(int(row[name]) for name in COUNTS),
            )
            for row in rows(nightly, "segments.csv")
            if row["segment_kind"] == kind and row["period_grain"] == clock
        }
        found = nightly.query(
            f"select period_on::varchar, {kind}, {sums}, {transfers}, {counts} from published.fct_account_mrr_{CLOCKS[clock]} group by 1, 2"
        )
        published = {row[:2]: tuple(row[2:]) for row in found if any(row[2:])}
        assert published == {key: values for key, values in truth.items() if any(values)}


@pytest.mark.parametrize("metric", ["nrr", "grr", "logo_churn"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
def test_rates_are_the_true_ones(nightly: Run, metric: str, grain: str) -> None:
    truth = {row["period_on"]: Decimal(row[metric]) for row in rows(nightly, "totals.csv") if row["period_grain"] == grain and row[metric]}
    found = nightly.query(
        """
        select period_on::varchar, value from published.metrics
        where metric = ? and period_grain = ? and segment_kind = 'total' and value is not null
        """,
        metric,
        grain,
    )
    published = dict(found)
    assert published.keys() == truth.keys()
    assert max(abs(published[period] - truth[period]) for period in truth) <= Decimal("0.0000000001")


def test_trailing_rates_are_the_true_ones(nightly: Run) -> None:
    for metric in ("nrr", "grr"):
        truth = {
            row["period_on"]: Decimal(row[metric])
            for row in rows(nightly, "totals.csv")
            if row["period_grain"] == "trailing_12m" and row[metric]
        }
        published = dict(
            nightly.query(
                "select period_on::varchar, value from published.metrics where metric = ? and segment_kind = 'total' and value is not null",
                f"{metric}_trailing_12m",
            )
        )
        assert published.keys() == truth.keys() and len(truth) > 12
        assert max(abs(published[period] - truth[period]) for period in truth) <= Decimal("0.0000000001")


def test_every_driver_of_every_change(nightly: Run) -> None:
    truth = {(row["account_id"], row["period_on"], row["driver"]): Decimal(row["change_mrr"]) for row in rows(nightly, "drivers_month.csv")}
    found = nightly.query(
        "select account_id, period_on::varchar, driver, sum(change_mrr) from published.fct_mrr_drivers_monthly group by 1, 2, 3"
    )
    assert {row[:3]: row[3] for row in found if row[3]} == {key: value for key, value in truth.items() if value}


def test_who_came_and_went_inside_a_month(nightly: Run) -> None:
    truth = {(row["account_id"], row["period_on"], Decimal(row["highest_mrr"])) for row in rows(nightly, "new_and_churned.csv")}
    found = nightly.query("select account_id, period_on::varchar, highest_mrr from published.fct_new_and_churned")
    assert set(found) == truth and truth


def test_every_trial(nightly: Run) -> None:
    truth = {
        (row["account_id"], row["started_on"], row["ended_on"] or None, row["converted"] == "true", row["mature"] == "true")
        for row in rows(nightly, "trials.csv")
    }
    found = nightly.query("select account_id, started_on::varchar, ended_on::varchar, is_converted, is_mature from published.fct_trials")
    assert set(found) == truth and len(found) == len(rows(nightly, "trials.csv"))


def test_charges_refunds_and_disputes_by_charge_month(nightly: Run) -> None:
    names = ("charged", "refunded", "disputed")
    truth = {
        row["period_on"]: (*money(row, names), *(int(row[name]) for name in ("charges", "refunded_charges", "disputed_charges")))
        for row in rows(nightly, "charges_month.csv")
    }
    found = nightly.query(
        """
        select date_trunc('month', charged_on)::date::varchar, sum(charged_amount), sum(refunded_amount), sum(disputed_amount),
            sum(charge_count)::bigint, sum(refunded_charge_count)::bigint, sum(disputed_charge_count)::bigint
        from published.fct_charges group by 1 having sum(charge_count) > 0
        """
    )
    assert {row[0]: tuple(row[1:]) for row in found} == truth


def test_failed_payments_and_what_was_recovered(nightly: Run) -> None:
    truth = {
        row["period_on"]: (*money(row, ("failed", "recovered")), int(row["failed_invoices"]), int(row["recovered_invoices"]))
        for row in rows(nightly, "collections_month.csv")
    }
    found = nightly.query(
        """
        select date_trunc('month', failed_on)::date::varchar, sum(failed_amount), sum(recovered_amount),
            sum(failed_invoice_count)::bigint, sum(recovered_invoice_count)::bigint
        from published.fct_collections group by 1
        """
    )
    assert {row[0]: tuple(row[1:]) for row in found} == truth


def test_orders_by_month(nightly: Run) -> None:
    truth = {row["period_on"]: (int(row["orders"]), Decimal(row["revenue"])) for row in rows(nightly, "orders_month.csv")}
    found = nightly.query(
        """
        select period_on::varchar, max(value) filter (where metric = 'orders')::bigint, max(value) filter (where metric = 'order_revenue')
        from published.metrics where metric in ('orders', 'order_revenue') and period_grain = 'month' and segment_kind = 'total' group by 1
        """
    )
    assert {row[0]: tuple(row[1:]) for row in found} == truth


def test_the_truth_is_not_made_of_the_exports(nightly: Run) -> None:
    """The comparison would prove nothing if the simulator read its own exports or borrowed the models' code."""
    for file in (Path(__file__).resolve().parents[2] / "sample_company" / "truth").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert "import duckdb" not in text and "import orchestration" not in text and "inbox" not in text, file.name
