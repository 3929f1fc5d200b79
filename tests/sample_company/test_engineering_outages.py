"""The planted outages alert at the minutes of the rule, worse for who pays, before the last day of a month."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from sample_company.clock import day_begins
from sample_company.engineering.objectives import OBJECTIVES, counts
from sample_company.write import write
from tests.sample_company.growth_files import export, truth

FIVE = timedelta(minutes=5)
# Long and short window in minutes, factor: table 5-6 of The Site Reliability Workbook.
TABLE = {"page_fast": (60, 5, Fraction(144, 10)), "page_slow": (360, 30, Fraction(6)), "ticket": (4320, 360, Fraction(1))}


@pytest.fixture(scope="module", params=[date(2026, 6, 30), date(2025, 3, 31)])
def outage(request: pytest.FixtureRequest, written: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, date]:
    """An export and its last day."""
    if request.param == date(2026, 6, 30):
        return written, request.param
    folder = tmp_path_factory.mktemp("march")
    write(folder / "inbox", folder / "truth", scale=0.25, until=request.param)
    return folder, request.param


def when(value: str) -> datetime:
    return datetime.fromisoformat(value.removesuffix("Z"))


def burning(rows: list[tuple[datetime, int, int]], target: Fraction, minutes: int, factor: Fraction) -> Iterator[bool]:
    """Bucket by bucket, whether the window that ends with it burns too fast: what enters is added, what leaves taken away."""
    window: deque[tuple[datetime, int, int]] = deque()
    bad = total = 0
    for at, good, seen in rows:
        window.append((at, seen - good, seen))
        bad, total = bad + seen - good, total + seen
        while window[0][0] < at + FIVE - timedelta(minutes=minutes):
            _, gone_bad, gone = window.popleft()
            bad, total = bad - gone_bad, total - gone
        yield total > 0 and Fraction(bad, total) / (1 - target) > factor


def test_alerts_come_back_from_the_rows(outage: tuple[Path, date]) -> None:
    folder, _ = outage
    targets = {row["id"]: Fraction(row["target"]) for row in export(folder, "slo", "objectives")}
    series: dict[tuple[str, str], list[tuple[datetime, int, int]]] = defaultdict(list)
    for row in export(folder, "slo", "counts"):
        series[row["slo_id"], row["plan_group"]].append((when(row["timestamp"]), int(row["good"]), int(row["total"])))
    found = set()
    for (slo, group), rows in series.items():
        rows.sort()
        assert all(after[0] - before[0] == FIVE for before, after in pairwise(rows))
        for name, (long, short, factor) in TABLE.items():
            fired = ""
            both = zip(burning(rows, targets[slo], long, factor), burning(rows, targets[slo], short, factor), strict=True)
            for (at, _, _), (slow, fast) in zip(rows, both, strict=True):
                if slow and fast and not fired:
                    fired = str(at + FIVE)
                elif fired and not (slow and fast):
                    found.add((f"slo:{slo}", group, name, fired, str(at + FIVE)))
                    fired = ""
            assert not fired
    assert {tuple(row.values()) for row in truth(folder, "slo_alerts")} == found
    assert {name for _, _, name, _, _ in found} == set(TABLE)


def test_outages_fire_as_they_were_planted_and_worse_for_who_pays(outage: tuple[Path, date]) -> None:
    folder, until = outage
    day = until - timedelta(days=6)
    alerts: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in truth(folder, "slo_alerts"):
        alerts[row["slo_id"], row["plan_group"], row["alert"]].append((row["fired_at"], row["cleared_at"]))
    # Nothing but the outage alerts, and all is over four days before the end.
    assert all(str(day) <= fired < cleared < str(day + timedelta(days=2)) for times in alerts.values() for fired, cleared in times)
    # The short outage of the interface lasts from 14:10 to 14:45, that of the jobs from 20:00 to 20:20; five minutes without are enough.
    ((fired, cleared),) = alerts["slo:api_availability", "paid", "page_fast"]
    assert cleared == f"{day} 14:50:00"
    # 8 % of failures burn at 80 and more than an hour's worth of 14.4 in three of its twelve buckets (80 x 3 / 12 = 20), give or take one.
    assert f"{day} 14:20:00" <= fired <= f"{day} 14:30:00"
    ((free_fired, free_cleared),) = alerts["slo:api_availability", "free", "page_fast"]
    assert free_fired > fired
    assert free_cleared == cleared
    ((_, cleared),) = alerts["slo:job_success", "paid", "page_fast"]
    assert cleared == f"{day} 20:25:00"
    assert ("slo:job_success", "free", "page_fast") not in alerts
    assert ("slo:api_availability", "free", "page_slow") not in alerts
    assert len(alerts["slo:api_availability", "paid", "page_slow"]) >= 2
    assert alerts["slo:api_availability", "paid", "ticket"][0] < alerts["slo:api_availability", "free", "ticket"][0]


def test_a_bucket_is_the_same_whenever_it_is_asked_for() -> None:
    early, late = (list(counts(until, 7)) for until in (date(2025, 3, 20), date(2025, 3, 31)))
    known = {(one.objective, one.group, one.at): one for one in early}
    both = [one for one in late if (one.objective, one.group, one.at) in known]
    assert len(both) == (35 - 11) * 288 * 4 - 12 * 4  # the clock went forward between them: that window is an hour shorter
    assert all(known[one.objective, one.group, one.at] == one for one in both)


def test_quiet_times_never_burn_the_budget() -> None:
    targets = {one.id: one.target for one in OBJECTIVES}
    quiet = [one for one in counts(date(2025, 3, 23), 7) if one.at >= day_begins(date(2025, 2, 27)) and one.at.weekday() != 2]
    assert all((one.total - one.good) * 10**6 < (10**6 - targets[one.objective]) * one.total for one in quiet if one.total)
    assert any(one.total == 0 for one in quiet)
