"""Survival of the sample company's accounts against its planted truth: who was at risk at each age and who was lost, to the account.

Belongs here: counting survival from the truth's days with MRR, in this file's own arithmetic. Does not belong here: the fit to these
counts (tests/estimators), a rule of survival (the unit tests beside the models).
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from tests.runs import Run

#: A column of the truth per kind of segment; what an account was on its first paid day.
KINDS = ("channel", "customer_segment", "plan", "country")


@dataclass(frozen=True)
class Life:
    """An account's first paid day, its first day at 0 after it (None while it pays), and its segments on the first paid day."""

    acquired_on: date
    lost_on: date | None
    segments: tuple[tuple[str, str], ...]

    def age_at_loss(self) -> int | None:
        """The first monthly anniversary that it did not pay beyond."""
        if self.lost_on is None:
            return None
        age = 1
        while anniversary(self.acquired_on, age) < self.lost_on:
            age += 1
        return age


def anniversary(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_number(day: date) -> int:
    return day.year * 12 + day.month


@pytest.fixture
def truth(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("account_mrr_intervals", "acquired_accounts") as connection:
        yield connection


def lives(connection: duckdb.DuckDBPyConnection) -> tuple[list[Life], date]:
    """Every account that ever paid, and the last day that the truth knows."""
    channels = dict(connection.execute("select account_id, channel from truth_acquired_accounts").fetchall())
    days = defaultdict(list)
    last = date.min
    for account, first, to, mrr, *attributes in connection.execute(
        "select account_id, from_on, to_on, mrr, customer_segment, plan, country from truth_account_mrr_intervals"
    ).fetchall():
        days[account].append((date.fromisoformat(first), Decimal(mrr), attributes))
        last = max(last, date.fromisoformat(to))
    found = []
    for account, known in days.items():
        known.sort(key=lambda day: day[0])
        paid = next((place for place, (_, mrr, _) in enumerate(known) if mrr > 0), None)
        if paid is None:
            continue
        lost_on = next((on for on, mrr, _ in known[paid:] if mrr == 0), None)
        segments = zip(KINDS, (channels[account], *known[paid][2]), strict=True)
        found.append(Life(known[paid][0], lost_on, (("total", "all"), *segments)))
    return found, last


def survival(accounts: list[Life], until: int) -> dict[tuple[str, str, int], tuple[int, int]]:
    """At risk and lost by (kind, segment, age), of the cells that the months up to number `until` settle."""
    at_risk: Counter[tuple[str, str, int]] = Counter()
    lost: Counter[tuple[str, str, int]] = Counter()
    for life in accounts:
        end = life.age_at_loss()
        for age in range(1, until - month_number(life.acquired_on) + 1):
            if end is not None and age > end:
                break
            for kind, segment in life.segments:
                at_risk[kind, segment, age] += 1
                lost[kind, segment, age] += age == end
    return {cell: (count, lost[cell]) for cell, count in at_risk.items()}


def test_counts_at_risk_and_lost_as_known_at_each_months_end(truth: duckdb.DuckDBPyConnection) -> None:
    accounts, last = lives(truth)
    # The month of the last day counts once that day is its last.
    complete = month_number(last) - (last.day < calendar.monthrange(last.year, last.month)[1])
    first = min(month_number(life.acquired_on) for life in accounts)
    found: dict[int, dict[tuple[str, str, int], tuple[int, int]]] = defaultdict(dict)
    for on, kind, segment, age, at_risk, lost in truth.execute(
        "select period_on, segment_kind, segment, age_months, at_risk_count, lost_count from intermediate.int_survival_ages__summed "
        # A segment's cell in which nobody is left is a row of zeros in the mart and none in the count.
        "where at_risk_count > 0"
    ).fetchall():
        found[month_number(on)][kind, segment, age] = (at_risk, lost)
    assert sorted(found) == list(range(first + 1, complete + 1))
    for until in found:
        assert found[until] == survival(accounts, until), until
    totals = [counts for (kind, _, _), counts in found[complete].items() if kind == "total"]
    assert sum(lost for _, lost in totals) > 10 and sum(at_risk for at_risk, _ in totals) > 300


def test_the_fit_is_published_beside_these_counts(truth: duckdb.DuckDBPyConnection) -> None:
    """Observed survival is the product over ages of the share kept, from the truth's own counts."""
    accounts, last = lives(truth)
    complete = month_number(last) - (last.day < calendar.monthrange(last.year, last.month)[1])
    expected = survival(accounts, complete)
    rows = truth.execute(
        "select segment_kind, segment, age_months, at_risk_count, lost_count, observed_survival_ratio from finance.fct_ltv_fit "
        "where age_months > 0 and at_risk_count > 0 order by all"
    ).fetchall()
    assert {row[:3]: row[3:5] for row in rows} == expected
    kept: dict[tuple[str, str], Decimal] = defaultdict(lambda: Decimal(1))
    for kind, segment, _, at_risk, lost, observed in rows:
        kept[kind, segment] *= Decimal(at_risk - lost) / at_risk
        assert abs(Decimal(str(observed)) - kept[kind, segment]) < Decimal("1e-9"), (kind, segment)
