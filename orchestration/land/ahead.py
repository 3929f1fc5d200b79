"""Making the next thing while the present one is used: reading and conforming take about as long as each other.

Belongs here: the overlap. Does not belong here: what is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T]) -> Iterator[T]:
    """The same items in the same order, none of them None; one at most waits. Raises what making an item raises, in its place."""
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, source, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, source, None)
            yield item
