"""The truth as CSV files, one per question, for tests and readers that share no code with the models.

Belongs here: columns and text. Money is decimal text with four digits in the reporting currency, ratios have ten; dates are ISO; ids carry
their source as in the conformed tables (`stripe:cus_000001`). Excluded accounts and shoppers are left out.
Does not belong here: arithmetic.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

from sample_company.clock import periods
from sample_company.money import ratio_text, text
from sample_company.shop import Shopper
from sample_company.states import Account
from sample_company.truth.cash import charge_months, collection_months, trials
from sample_company.truth.drivers import drivers
from sample_company.truth.movements import GRAINS, KINDS, Totals, account_movements, new_and_churned, segment_totals, totals
from sample_company.truth.mrr import Timeline
from sample_company.truth.orders import order_facts, order_months

_MONEY = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "transfer_in", "transfer_out", "closing")
_COUNTS = tuple(column.name for column in fields(Totals) if column.name.endswith("_accounts"))


def _write(folder: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    count = 0
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def write_truth(folder: Path, accounts: Sequence[Account], shoppers: Sequence[Shopper], as_of: date) -> dict[str, int]:
    """Write every truth file as known at the end of `as_of`; rows by file. `accounts` and `shoppers` are without the excluded."""
    folder.mkdir(parents=True, exist_ok=True)
    timelines = [Timeline(account, as_of) for account in accounts]
    written = {
        "account_mrr_intervals.csv": _intervals(folder, timelines, as_of),
        "totals.csv": _totals(folder, timelines, as_of),
        "segments.csv": _segments(folder, timelines, as_of),
        "drivers_month.csv": _drivers(folder, timelines, as_of),
    }
    for grain in ("week", "month", "quarter"):
        written[f"account_movements_{grain}.csv"] = _movements(folder, timelines, grain, as_of)
    header = ("account_id", "period_on", "highest_mrr", "paid_before")
    rows = ((f"stripe:{who}", on, text(mrr), _flag(before)) for who, on, mrr, before in new_and_churned(timelines, as_of))
    written["new_and_churned.csv"] = _write(folder, "new_and_churned.csv", header, rows)
    written |= _write_cash(folder, accounts, timelines, as_of)
    written |= _write_orders(folder, shoppers, as_of)
    return written


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _intervals(folder: Path, timelines: list[Timeline], as_of: date) -> int:
    def rows() -> Iterable[Sequence[object]]:
        for timeline in timelines:
            # An account of which nothing is known yet has no days.
            following = [*[day.first for day in timeline.days[1:]], as_of + timedelta(days=1)][: len(timeline.days)]
            for day, then in zip(timeline.days, following, strict=True):
                account_id = f"stripe:{timeline.account.id}"
                attributes = (day.plan, day.country, day.currency, day.customer_segment)
                yield account_id, day.first, then - timedelta(days=1), text(day.mrr), *attributes, _flag(day.is_free)

    header = ("account_id", "from_on", "to_on", "mrr", "plan", "country", "currency", "customer_segment", "is_free")
    return _write(folder, "account_mrr_intervals.csv", header, rows())


def _movements(folder: Path, timelines: list[Timeline], grain: str, as_of: date) -> int:
    def rows() -> Iterable[Sequence[object]]:
        for timeline in timelines:
            for move in account_movements(timeline, grain, as_of):
                if move.opening.is_paying or move.closing.is_paying:
                    amounts = (move.opening.mrr, *(getattr(move, kind) for kind in KINDS), move.closing.mrr)
                    yield (
                        f"stripe:{move.account_id}",
                        move.period_on,
                        move.period_ends_on,
                        *map(text, amounts),
                        move.churn_reason,
                        move.opening.plan if move.opening.is_paying else "",
                        move.closing.plan if move.closing.is_paying else "",
                    )

    header = ("account_id", "period_on", "period_ends_on", "opening", *KINDS, "closing", "churn_reason", "opening_plan", "closing_plan")
    return _write(folder, f"account_movements_{grain}.csv", header, rows())


def _totals(folder: Path, timelines: list[Timeline], as_of: date) -> int:
    def rows() -> Iterable[Sequence[object]]:
        for grain in GRAINS:
            ends = {period_on: last for period_on, _, last in periods(grain, as_of)}
            for period_on, row in totals(timelines, grain, as_of).items():
                money = (getattr(row, name) for name in (*_MONEY, "voluntary_churn", "involuntary_churn", "retained", "retained_capped"))
                counts = (getattr(row, name) for name in _COUNTS)
                ratios = (
                    ratio_text(row.retained, row.opening),
                    ratio_text(row.retained_capped, row.opening),
                    ratio_text(row.churned_accounts, row.opening_accounts),
                )
                yield grain, period_on, ends[period_on], _flag(ends[period_on] <= as_of), *map(text, money), *counts, *ratios

    header = ("period_grain", "period_on", "period_ends_on", "is_complete", *_MONEY, "voluntary_churn", "involuntary_churn")
    header += ("retained", "retained_capped", *_COUNTS, "nrr", "grr", "logo_churn")
    return _write(folder, "totals.csv", header, rows())


def _segments(folder: Path, timelines: list[Timeline], as_of: date) -> int:
    def rows() -> Iterable[Sequence[object]]:
        for grain in ("month", "quarter"):
            for (period_on, kind, segment), row in segment_totals(timelines, grain, as_of).items():
                counts = (getattr(row, name) for name in _COUNTS if name != "free_accounts")
                yield grain, period_on, kind, segment, *(text(getattr(row, name)) for name in _MONEY), *counts

    counts = tuple(name for name in _COUNTS if name != "free_accounts")
    return _write(folder, "segments.csv", ("period_grain", "period_on", "segment_kind", "segment", *_MONEY, *counts), rows())


def _drivers(folder: Path, timelines: list[Timeline], as_of: date) -> int:
    def rows() -> Iterable[Sequence[object]]:
        for timeline in timelines:
            for move in account_movements(timeline, "month", as_of):
                for driver, change in drivers(move).items():
                    yield f"stripe:{move.account_id}", move.period_on, driver, text(change)

    return _write(folder, "drivers_month.csv", ("account_id", "period_on", "driver", "change_mrr"), rows())


def _write_cash(folder: Path, accounts: Sequence[Account], timelines: list[Timeline], as_of: date) -> dict[str, int]:
    header = ("subscription_id", "account_id", "started_on", "ended_on", "first_paid_on", "converted", "mature")
    trial_rows = [
        (
            f"stripe:{trial.subscription_id}", f"stripe:{trial.account_id}", trial.started_on, trial.ended_on,
            trial.first_paid_on or "", _flag(trial.converted), _flag(trial.mature),
        )
        for trial in trials(timelines, as_of)
    ]  # fmt: skip
    charges = (
        (on, text(m.charged), m.charges, text(m.refunded), m.refunded_charges, text(m.disputed), m.disputed_charges)
        for on, m in charge_months(accounts, as_of).items()
    )
    charge_header = ("period_on", "charged", "charges", "refunded", "refunded_charges", "disputed", "disputed_charges")
    collections = (
        (on, text(m.failed), m.failed_invoices, text(m.recovered), m.recovered_invoices)
        for on, m in collection_months(accounts, as_of).items()
    )
    collection_header = ("period_on", "failed", "failed_invoices", "recovered", "recovered_invoices")
    return {
        "trials.csv": _write(folder, "trials.csv", header, trial_rows),
        "charges_month.csv": _write(folder, "charges_month.csv", charge_header, charges),
        "collections_month.csv": _write(folder, "collections_month.csv", collection_header, collections),
    }


def _write_orders(folder: Path, shoppers: Sequence[Shopper], as_of: date) -> dict[str, int]:
    facts = (
        (
            f"shop:{fact.order_id}", f"shop:{fact.customer_id}" if fact.customer_id else "", fact.ordered_on, fact.status,
            _flag(fact.is_counted), fact.currency, fact.country, text(fact.revenue), text(fact.total), text(fact.refunded),
            fact.customer_order_number,
        )
        for fact in order_facts(shoppers, as_of)
    )  # fmt: skip
    header = ("order_id", "customer_id", "ordered_on", "status", "is_counted", "currency", "country", "revenue", "total", "refunded")
    months = (
        (
            on, m.orders, text(m.revenue), text(m.total), m.customers, m.repeat_orders, m.repeat_customers, text(m.refunded),
            m.refunded_orders, text(m.refunded_in_month), ratio_text(m.revenue, m.orders * 10_000),
        )
        for on, m in order_months(shoppers, as_of).items()
    )  # fmt: skip
    month_header = ("period_on", "orders", "revenue", "total", "customers", "repeat_orders", "repeat_customers", "refunded")
    month_header += ("refunded_orders", "refunded_in_month", "aov")
    return {
        "orders.csv": _write(folder, "orders.csv", (*header, "customer_order_number"), facts),
        "orders_month.csv": _write(folder, "orders_month.csv", month_header, months),
    }
