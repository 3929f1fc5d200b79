"""A planted outage against the multiwindow, multi-burn-rate rule of The Site Reliability Workbook (2018), chapter 5, worked by hand.

Belongs here: counts of five minutes in, minutes of alerts out. Does not belong here: the sample company's outages (test_sample_truth.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest

from tests.reliability.warehouses import build_alerts

BEGIN = datetime.fromisoformat("2026-06-01")
OUTAGE = (datetime.fromisoformat("2026-06-04 12:00"), datetime.fromisoformat("2026-06-04 13:30"))
#: Every plan group has 1,000 events in five minutes, for four days; in the outage 50 of those of who pays fail.
EVENTS, FAILURES = 1000, 50


def at(hour: int, minute: int) -> datetime:
    return datetime.fromisoformat(f"2026-06-04 {hour:02}:{minute:02}")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    counts = []
    for place in range(4 * 288):
        begin = BEGIN + place * timedelta(minutes=5)
        bad = FAILURES if OUTAGE[0] <= begin < OUTAGE[1] else 0
        counts += [("planted", "paid", begin, EVENTS - bad, EVENTS), ("planted", "free", begin, EVENTS, EVENTS)]
    path = build_alerts(tmp_path_factory.mktemp("outage"), date(2026, 6, 5), "0.999", 30, counts)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_alerts_of_paying_customers(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The budget is 1 in 1,000; from 12:05 on, five minutes burn at 50 / 1,000 / 0.001 = 50.

    page_fast: 12,000 events in an hour allow 12,000 x 0.001 x 14.4 = 172.8 bad. 12:15 has 150, 12:20 has 200: fires. The last bad five
    minutes end at 13:30; those to 13:35 burn 0: clears.
    page_slow: 72,000 in six hours allow 72,000 x 0.001 x 6 = 432. 12:40 has 400, 12:45 has 450: fires. 30 minutes allow 36; those to 13:55
    begin at 13:25 and hold 50, those to 14:00 none: clears.
    ticket: 864,000 in three days allow 864. 13:25 has 850, 13:30 has 900: fires. Six hours allow 72; those to 19:20 begin at 13:20 and
    hold 100, those to 19:25 hold 50: clears.
    """
    found = warehouse.execute(
        "select alert, fired_at, cleared_at, firing_minutes from reliability.fct_slo_alerts where plan_group = 'paid' order by fired_at"
    )
    assert found.fetchall() == [
        ("page_fast", at(12, 20), at(13, 35), 75),
        ("page_slow", at(12, 45), at(14, 0), 75),
        ("ticket", at(13, 30), at(19, 25), 355),
    ]


def test_alerts_of_all_customers(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Twice the events and the same failures: 25 in five minutes.

    page_fast: 345.6 of 24,000; 12:30 has 300, 12:35 has 350; clears at 13:35.
    page_slow: 864 of 144,000; 13:25 has 850, 13:30 has 900; 30 minutes allow 72: those to 13:50 begin at 13:20
    and hold 100, those to 13:55 hold 50.
    ticket: 1,728 of 1,728,000, and there are 900: never.
    """
    found = warehouse.execute(
        "select alert, fired_at, cleared_at from reliability.fct_slo_alerts where plan_group = 'all' order by fired_at"
    )
    assert found.fetchall() == [("page_fast", at(12, 35), at(13, 35)), ("page_slow", at(13, 30), at(13, 55))]


def test_nothing_is_told_of_free_customers(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.execute("select count(*) from reliability.fct_slo_alerts where plan_group = 'free'").fetchall() == [(0,)]


def test_budget_after_the_outage(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Four days of 288,000 events allow 1,152 bad; 18 x 50 = 900 are spent: 252 / 1,152 = 0.21875 is left.

    Four days are no window of 30.
    """
    found = warehouse.execute(
        "select window_bad_count, budget_count, budget_left_count, budget_left_ratio, is_window_whole "
        "from reliability.fct_slo_windows where plan_group = 'paid' and day_on = '2026-06-04'"
    )
    assert found.fetchall() == [(900, Decimal(1152), Decimal(252), 0.21875, False)]
