"""How long to wait before a request: after a refusal, and to stay within a host's rate budget.

Belongs here: clocks that tests can replace, Retry-After, back-off, budgets. Does not belong here: requests.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchestration.extract.rest.errors import BudgetSpent
from orchestration.rest_types import RateBudget

# 2001-09-09, in seconds since 1970: no limit is reset after so many seconds from now.
_THIS_CENTURY = 1_000_000_000


@dataclass(frozen=True)
class Clock:
    """The only clock of fetching: seconds that never go back, and waiting. The time of day is the server's."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as naive UTC; None when there is none or it is no date."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError):
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def retry_after(headers: Mapping[str, str], server_date: datetime | None) -> str | None:
    """Retry-After, or what stands for it where a server only says when its limit is reset: seconds from now, or since 1970.

    The names are those of the IETF's draft on RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-03) and of its forerunner
    X-RateLimit-Reset; a number that is a time of this century is one, any other is a number of seconds.
    """
    given = headers.get("Retry-After")
    reset = (headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset") or "").strip()
    if given is not None or not (reset.isascii() and reset.isdigit()):
        return given
    seconds = int(reset[:16])
    if seconds > _THIS_CENTURY:
        if server_date is None:
            return None
        seconds = max(seconds - int(server_date.replace(tzinfo=UTC).timestamp()), 0)
    return str(seconds)


def seconds_to_wait(retry_after: str | None, server_date: datetime | None, attempt: int, most: float) -> float:
    """Seconds before the next attempt (1 is the first repetition), at most `most`.

    Retry-After counts as seconds, or as a date less the server's own Date; absent or senseless, the wait doubles from one second.
    """
    text = (retry_after or "").strip()
    wait: float | None = None
    if text.isascii() and text.isdigit():
        # Of a number with more digits than a float can hold, the cap is right.
        wait = float(text) if len(text) < 16 else most
    elif (until := http_date(text)) and server_date:
        wait = (until - server_date).total_seconds()
    if wait is None or wait < 0:
        wait = 2.0 ** (attempt - 1)
    return min(wait, most)


@dataclass
class Budgets:
    """Requests made lately, by host; shared by all tables of a process."""

    _made: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, host: str, budget: RateBudget, clock: Clock, longest_wait: float) -> None:
        """Take one request of the budget, waiting for it up to `longest_wait` seconds. Raises BudgetSpent when that is not enough."""
        while True:
            with self._lock:
                made, now = self._made.setdefault(host, deque()), clock.monotonic()
                while made and now - made[0] >= budget.per_seconds:
                    made.popleft()
                if len(made) < budget.requests:
                    made.append(now)
                    return
                wait = made[0] + budget.per_seconds - now
            if wait > longest_wait:
                raise BudgetSpent(f"{budget.requests} requests in {budget.per_seconds:g} s are used up for another {wait:.0f} s")
            clock.sleep(wait)


#: The budgets of this process.
BUDGETS = Budgets()
