"""Reading times and groups of exported rows, for the tests of the engineering side."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tests.sample_company.growth_files import Rows


def when(value: str) -> datetime:
    """The instant of `2024-03-10T06:59:59Z`."""
    return datetime.fromisoformat(value.removesuffix("Z"))


def by(rows: Rows, column: str) -> dict[str, Rows]:
    """Rows by the value of a column."""
    found: dict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def one_by(rows: Rows, column: str) -> dict[str, dict[str, str]]:
    """The last row of each value of a column."""
    return {row[column]: row for row in rows}
