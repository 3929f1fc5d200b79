"""When the desk is open: schedules, how their hours changed, and holidays.

Belongs here: hours as configured, and how agents work along them. `HOLIDAYS` are the rows that seed support_holidays has for the sample.
Does not belong here: the business clock of the truth (`truth.service_clocks`), which works from the same records in its own way.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from sample_company.clock import ZONE
from sample_company.service.states import Hours, Schedule

_BEGIN = date(2023, 7, 1)
_WORKDAYS = range(1, 6)
NEW_YORK = Schedule(
    "9100000001",
    "New York office",
    "America/New_York",
    (
        Hours(_BEGIN, tuple((weekday, 540, 1020) for weekday in _WORKDAYS)),
        # From this Monday on the office opens an hour earlier and closes an hour later.
        Hours(date(2025, 3, 3), tuple((weekday, 480, 1080) for weekday in _WORKDAYS)),
    ),
)
BERLIN = Schedule(
    "9100000002",
    "Berlin office",
    "Europe/Berlin",
    (Hours(_BEGIN, tuple((weekday, *part) for weekday in _WORKDAYS for part in ((540, 750), (810, 1080)))),),
)
ROUND_THE_CLOCK = Schedule(
    "9100000003",
    "Round the clock",
    "America/New_York",
    (Hours(date(2024, 1, 1), tuple((weekday, 0, 1440) for weekday in range(1, 8))),),
)
SCHEDULES = (NEW_YORK, BERLIN, ROUND_THE_CLOCK)
# (schedule, day, name); nobody works on them.
HOLIDAYS = (
    ("New York office", date(2023, 7, 4), "Independence Day"),
    ("New York office", date(2023, 11, 23), "Thanksgiving"),
    ("New York office", date(2023, 12, 25), "Christmas Day"),
    ("New York office", date(2024, 1, 1), "New Year's Day"),
    ("New York office", date(2024, 7, 4), "Independence Day"),
    ("New York office", date(2024, 11, 28), "Thanksgiving"),
    ("New York office", date(2024, 12, 25), "Christmas Day"),
    ("New York office", date(2025, 1, 1), "New Year's Day"),
    ("New York office", date(2025, 7, 4), "Independence Day"),
    ("New York office", date(2025, 11, 27), "Thanksgiving"),
    ("New York office", date(2025, 12, 25), "Christmas Day"),
    ("New York office", date(2026, 1, 1), "New Year's Day"),
    ("Berlin office", date(2023, 10, 3), "Tag der Deutschen Einheit"),
    ("Berlin office", date(2023, 12, 25), "Erster Weihnachtstag"),
    ("Berlin office", date(2023, 12, 26), "Zweiter Weihnachtstag"),
    ("Berlin office", date(2024, 5, 1), "Tag der Arbeit"),
    ("Berlin office", date(2024, 10, 3), "Tag der Deutschen Einheit"),
    ("Berlin office", date(2024, 12, 25), "Erster Weihnachtstag"),
    ("Berlin office", date(2024, 12, 26), "Zweiter Weihnachtstag"),
    ("Berlin office", date(2025, 5, 1), "Tag der Arbeit"),
    ("Berlin office", date(2025, 10, 3), "Tag der Deutschen Einheit"),
    ("Berlin office", date(2025, 12, 25), "Erster Weihnachtstag"),
    ("Berlin office", date(2025, 12, 26), "Zweiter Weihnachtstag"),
    ("Berlin office", date(2026, 5, 1), "Tag der Arbeit"),
)
_CLOSED = frozenset((name, day) for name, day, _ in HOLIDAYS)


def utc(zone: ZoneInfo, day: date, minute: int, second: int = 0) -> datetime:
    """The UTC instant of a minute after local midnight of a day."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute, seconds=second)
    return local.astimezone(UTC).replace(tzinfo=None)


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """The UTC instant of a wall-clock time in the reporting time zone."""
    return utc(ZONE, day, hour * 60 + minute, second)


@lru_cache(maxsize=1 << 14)
def openings(schedule: Schedule, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The open stretches of a day in UTC."""
    versions = [version for version in schedule.versions if version.valid_from <= day]
    if not versions or (schedule.name, day) in _CLOSED:
        return ()
    zone = ZoneInfo(schedule.zone)
    stretches = (part[1:] for part in versions[-1].intervals if part[0] == day.isoweekday())
    return tuple((utc(zone, day, opens), utc(zone, day, closes)) for opens, closes in stretches)


def work_until(schedule: Schedule | None, at: datetime, seconds: int) -> datetime:
    """When somebody who works by a schedule has spent that long from `at` on; without one at any hour."""
    if schedule is None:
        return at + timedelta(seconds=seconds)
    left, day = timedelta(seconds=seconds), at.date() - timedelta(days=1)
    while True:
        for opens, closes in openings(schedule, day):
            begin = max(opens, at)
            if begin < closes:
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
        day += timedelta(days=1)


def moment(rng: Random, first: date, last: date) -> datetime:
    """An instant at which somebody writes, first..last: mostly on workdays and by day."""
    days = (last - first).days
    for _ in range(4):
        day = first + timedelta(days=rng.randint(0, days))
        if day.isoweekday() < 6:
            break
    minute = rng.randint(8 * 60, 18 * 60) if rng.random() < 0.82 else rng.randint(5 * 60, 23 * 60 + 30)
    return utc(ZONE, day, minute, rng.randint(0, 59))
