"""What stops a fetch.

Belongs here: the errors. Does not belong here: when they are raised.
"""

from __future__ import annotations

from datetime import datetime

from orchestration.extract.errors import ExportError


class FetchError(ExportError):
    """A table cannot be fetched; the message says what was expected, what came, what to do. Pages kept before it stay.

    status: the HTTP status that was refused, or 0.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class BudgetSpent(Exception):
    """The rate budget of a host is used up for longer than a run should wait: stop cleanly, go on at the next run."""


class ClockWentBack(Exception):
    """The server's Date is before what it is asked for: the high-water mark came from a clock that was ahead. `date`: naive UTC."""

    def __init__(self, date: datetime) -> None:
        super().__init__(f"the server's clock says {date.isoformat()}")
        self.date = date
