"""Every row that a vendor would ever show, with the instant from which it stood like that.

Belongs here: the log of row versions, what of it was known at the end of a day, and what changed inside a window of days.
Does not belong here: columns and formats (`stripe_rows`, `shop_rows`), files (`exports`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sample_company.clock import day_begins, local_day

Row = tuple[object, ...]


class ChangeLog:
    """Row versions by (source, table). A later version of a key replaces the earlier one."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], list[tuple[datetime, Sequence[str], Row]]] = defaultdict(list)

    def add(self, source: str, table: str, at: datetime, key: Sequence[str], row: Row) -> None:
        self._changes[source, table].append((at, key, row))

    def known(self, source: str, table: str, until: date, since: date | None = None) -> dict[int, list[Row]]:
        """Rows as they stood at the end of day `until`, in time order, by year in which each was first written.

        With `since`, only rows made or changed on the days since..until; all under the year of `until`.
        """
        cut = day_begins(until + timedelta(days=1))
        begin = day_begins(since) if since else None
        latest: dict[Sequence[str], tuple[int, Row]] = {}
        for at, key, row in sorted(self._changes[source, table], key=lambda change: (change[0], change[1])):
            if at < cut and (begin is None or at >= begin):
                year = latest[key][0] if key in latest else (until.year if since else local_day(at).year)
                latest[key] = (year, row)
        by_year: dict[int, list[Row]] = defaultdict(list)
        for year, row in latest.values():
            by_year[year].append(row)
        return dict(sorted(by_year.items()))
