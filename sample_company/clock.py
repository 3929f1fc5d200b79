"""Time of the simulated company: its three years, its reporting time zone, and calendar steps.

Belongs here: conversions between instants (naive UTC datetimes to the second) and reporting days.
Does not belong here: the machine's clock, which nothing in this package reads.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
STARTS_ON = date(2023, 7, 1)
ENDS_ON = date(2026, 6, 30)


def instant(*fields: int) -> datetime:
    """A UTC instant from year, month, day, hour, minute, second, as this package keeps instants: without a zone, always UTC."""
    return datetime(*fields, tzinfo=UTC).replace(tzinfo=None)


@lru_cache(maxsize=1 << 17)
def local_day(at: datetime) -> date:
    """The reporting day of a UTC instant."""
    return at.replace(tzinfo=UTC).astimezone(ZONE).date()


def day_begins(day: date) -> datetime:
    """The UTC instant at which a reporting day begins."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return local.astimezone(UTC).replace(tzinfo=None)


def shop_time(at: datetime) -> str:
    """A UTC instant as the shop prints it: local time with its offset, `2024-03-10 01:59:59 -0500`."""
    return at.replace(tzinfo=UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S %z")


def add_months(at: datetime, months: int, anchor_day: int) -> datetime:
    """`at` moved by whole months, on `anchor_day` or the month's last day when that is earlier (billing anchors)."""
    index = at.year * 12 + at.month - 1 + months
    year, month = divmod(index, 12)
    return at.replace(year=year, month=month + 1, day=min(anchor_day, monthrange(year, month + 1)[1]))


def add_interval(at: datetime, unit: str, count: int, anchor_day: int) -> datetime:
    """The end of a billing period that begins at `at`; `unit` is day, week, month or year."""
    if unit == "day":
        return at + timedelta(days=count)
    if unit == "week":
        return at + timedelta(weeks=count)
    return add_months(at, count * (12 if unit == "year" else 1), anchor_day)


def month_start(day: date, months: int = 0) -> date:
    """First day of the month of `day`, moved by `months`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def periods(grain: str, as_of: date) -> Iterator[tuple[date, date, date]]:
    """Periods of the company's life up to `as_of`, as (period_on, first day, last day of the calendar period).

    `grain` is day, week (from Monday), month, quarter, or trailing_12m (one per month from the first that has twelve
    months behind it; period_on is the first day of the ending month, first day is eleven months before).
    """
    if grain == "trailing_12m":
        month = month_start(STARTS_ON, 11)
        while month <= as_of:
            yield month, month_start(month, -11), month_start(month, 1) - timedelta(days=1)
            month = month_start(month, 1)
        return
    first = STARTS_ON
    if grain == "week":
        first -= timedelta(days=first.weekday())
    elif grain == "quarter":
        first = month_start(first, -((first.month - 1) % 3))
    while first <= as_of:
        if grain == "day":
            following = first + timedelta(days=1)
        elif grain == "week":
            following = first + timedelta(weeks=1)
        else:
            following = month_start(first, 3 if grain == "quarter" else 1)
        yield first, first, following - timedelta(days=1)
        first = following
