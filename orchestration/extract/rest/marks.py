"""High-water marks: how far a table has been fetched, by its records and the server's clock, never by ours.

A mark is a naive UTC datetime, or a whole number for a cursor that counts.

Belongs here: reading, comparing and spelling marks. Does not belong here: where they are kept (the load's manifest).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from orchestration.extract.rest.envelope import MISSING, dig
from orchestration.rest_types import Incremental

Mark = dt.datetime | int
EPOCH = dt.datetime.fromisoformat("1970-01-01")


def read_mark(value: Any, cursor_format: str) -> Mark | None:
    """A cursor's value as a mark; None when it is none in that format."""
    if value is None or value is MISSING or isinstance(value, bool):
        return None
    try:
        if cursor_format == "number":
            return int(value)
        if cursor_format == "epoch_seconds":
            return EPOCH + dt.timedelta(seconds=float(value))
        if cursor_format == "epoch_milliseconds":
            return EPOCH + dt.timedelta(milliseconds=float(value))
        moment = dt.datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def highest(records: Iterable[dict[str, Any]], incremental: Incremental) -> Mark | None:
    """The greatest mark among records, None when none has one."""
    field, spelled = incremental.cursor_field, incremental.format
    values = [record[field] if field in record else dig(record, field) for record in records]
    kinds = set(map(type, values))
    # Of whole numbers, and of times of one length in UTC, the greatest as written is the greatest: one to read instead of all.
    alike = kinds == {int} or (kinds == {str} and len(set(map(len, values))) == 1 and all(value[-1:] == "Z" for value in values))
    if alike and (mark := read_mark(max(values), spelled)) is not None:
        return mark
    return max((mark for value in values if (mark := read_mark(value, spelled)) is not None), default=None)


def spell(mark: Mark, cursor_format: str) -> str | int:
    """A mark as a request says it."""
    if isinstance(mark, int):
        return mark
    if cursor_format == "date":
        return mark.date().isoformat()
    if cursor_format == "iso8601":
        return mark.isoformat(timespec="milliseconds" if mark.microsecond else "seconds") + "Z"
    whole = (mark - EPOCH) // dt.timedelta(milliseconds=1)
    return whole if cursor_format == "epoch_milliseconds" else whole // 1000


def less(mark: Mark, incremental: Incremental) -> Mark:
    """The mark less the lag: where the overlap window begins."""
    return mark - incremental.lag_seconds if isinstance(mark, int) else mark - dt.timedelta(seconds=incremental.lag_seconds)


def to_text(mark: Mark | None) -> str | int | None:
    """For a manifest."""
    return mark.isoformat() if isinstance(mark, dt.datetime) else mark


def from_text(value: str | int | None) -> Mark | None:
    """From a manifest."""
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


def next_mark(before: Mark | None, seen: Mark | None, server_date: dt.datetime | None) -> Mark | None:
    """The mark after a whole fetch: the greatest seen, but for times not past the server's clock when the fetch began.

    A row from the future must not hide the rows that come before it. Without a Date nobody can tell the future: the mark stays.
    """
    if isinstance(seen, dt.datetime):
        seen = min(seen, server_date) if server_date else None
    if seen is None:
        return before
    return seen if before is None else max(before, seen)
