"""What goes wrong at a vendor, by plan: server errors at seeded requests, and a rate that is enforced.

Belongs here: which request fails. Does not belong here: how a vendor words it. The one clock here counts seconds of this process; the time
of day is the exports'.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random

STATUSES = (500, 502, 503, 504)


class Faults:
    """Of `every` requests in a row one, drawn by the seed, is answered with a server error; 0 is never."""

    def __init__(self, seed: str, every: int) -> None:
        self._seed, self._every, self._count, self._lock = seed, every, 0, threading.Lock()

    def next_status(self) -> int:
        """The status of this request's failure, or 0."""
        if not self._every:
            return 0
        with self._lock:
            block, place = divmod(self._count, self._every)
            self._count += 1
        rng = Random(f"{self._seed}/{block}")
        return rng.choice(STATUSES) if rng.randrange(self._every) == place else 0


class Rate:
    """At most `requests` in any `seconds`; 0 is without a limit."""

    def __init__(self, requests: int, seconds: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests, self._seconds, self._clock = requests, seconds, clock
        self._made: deque[float] = deque()
        self._lock = threading.Lock()

    def seconds_to_wait(self) -> int:
        """0 and the request counts, or whole seconds until one will."""
        if not self._requests:
            return 0
        with self._lock:
            now = self._clock()
            while self._made and now - self._made[0] >= self._seconds:
                self._made.popleft()
            if len(self._made) < self._requests:
                self._made.append(now)
                return 0
            return max(1, -int(-(self._made[0] + self._seconds - now) // 1))
