"""Service level objectives and their counts of five minutes.

Belongs here: traffic, the few failures of quiet times, and the planted outages: on the sixth day before the last of every month a short
sharp one and a long slow one, worse for who pays. In quiet times no bucket alone burns the budget as fast as it is given.
Does not belong here: burn rates and alerts (`truth.engineering_alerts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import ENDS_ON, STARTS_ON, day_begins, instant, month_start

BUCKET = timedelta(minutes=5)
BUCKETS = 288
KEPT_DAYS = 35
GROUPS = ("paid", "free")


@dataclass(frozen=True)
class Objective:
    """`target` in millionths; `traffic` is the fewest events of a bucket by plan group, at most twice that."""

    id: str
    service: str
    name: str
    target: int
    window_days: int
    traffic: tuple[int, int]


@dataclass(frozen=True)
class Outage:
    """Failures per ten thousand for paid and free from `minute` of the outage's day on, for `minutes`."""

    objective: str
    minute: int
    minutes: int
    paid: int
    free: int


@dataclass(frozen=True)
class Count:
    objective: str
    group: str
    at: datetime
    good: int
    total: int


OBJECTIVES = (
    Objective("api_availability", "api", "availability", 999_000, 30, (2400, 1200)),
    Objective("job_success", "job_runner", "success", 995_000, 28, (900, 400)),
)
DAYS_BEFORE_MONTH_END = 6
FAILS = (
    Outage("api_availability", 14 * 60 + 10, 35, 800, 300),
    Outage("api_availability", 18 * 60, 12 * 60, 120, 40),
    Outage("job_success", 20 * 60, 20, 4000, 1000),
    Outage("job_success", 32 * 60, 4 * 60, 700, 200),
)
# A blip of ten minutes on Wednesdays that alerts nobody, and half an hour on Sundays in which no free user came.
BLIP = Outage("api_availability", 9 * 60, 10, 100, 60)
SILENT_MINUTES = range(8 * 60, 8 * 60 + 30)


def _outage_days() -> tuple[date, ...]:
    months, month = [], STARTS_ON
    while month <= ENDS_ON:
        month = month_start(month, 1)
        months.append(month - timedelta(days=1 + DAYS_BEFORE_MONTH_END))
    return tuple(months)


OUTAGES = _outage_days()


def outage_begins(day: date) -> datetime:
    """The first minute of the short outage of that day."""
    return instant(day.year, day.month, day.day) + timedelta(minutes=FAILS[0].minute)


def counts(until: date, seed: int) -> Iterator[Count]:
    """The buckets over by the end of `until` of its `KEPT_DAYS` last days, by objective, plan group and time. A bucket has the same counts
    whenever it is asked for."""
    begin, cut = max(day_begins(until - timedelta(days=KEPT_DAYS - 1)), day_begins(STARTS_ON)), day_begins(until + timedelta(days=1))
    for objective in OBJECTIVES:
        for group in GROUPS:
            day = begin.date()
            while day <= cut.date():
                yield from (one for one in _day(objective, group, day, seed) if begin <= one.at and one.at + BUCKET <= cut)
                day += timedelta(days=1)


def _day(objective: Objective, group: str, day: date, seed: int) -> Iterator[Count]:
    rng = Random(f"{seed}/engineering/slo/{objective.id}/{group}/{day}")
    fewest = objective.traffic[GROUPS.index(group)]
    midnight = instant(day.year, day.month, day.day)
    for bucket in range(BUCKETS):
        total, bad = fewest + int(fewest * rng.random()), int(rng.random() < 0.4)
        minute = bucket * 5
        for one, begun in _failing(objective, day, minute):
            share = one.paid if group == "paid" else one.free
            bad += total * share // 10_000 if begun else 0
        if group == "free" and day.weekday() == 6 and minute in SILENT_MINUTES:
            total = bad = 0
        yield Count(objective.id, group, midnight + timedelta(minutes=minute), total - bad, total)


def _failing(objective: Objective, day: date, minute: int) -> Iterator[tuple[Outage, bool]]:
    """Outages of the objective that may touch a minute of a day, and whether they do; the long ones reach into the day after."""
    for one in FAILS:
        if one.objective == objective.id:
            for begun, passed in ((day, 0), (day - timedelta(days=1), 1440)):
                if begun in _OUTAGE_DAYS:
                    yield one, one.minute <= minute + passed < one.minute + one.minutes
    if objective.id == BLIP.objective and day.weekday() == 2:
        yield BLIP, BLIP.minute <= minute < BLIP.minute + BLIP.minutes


_OUTAGE_DAYS = frozenset(OUTAGES)
