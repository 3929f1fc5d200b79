"""When the alerts of the service level objectives fire and clear, bucket by bucket.

Belongs here: the multi-window, multi-burn-rate rule of "Alerting on SLOs", chapter 5 of The Site Reliability Workbook (Beyer and others,
2018; sre.google/workbook/alerting-on-slos), table 5-6, in integers.
Does not belong here: the counts (`engineering.objectives`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

BUCKET = timedelta(minutes=5)
MILLION = 10**6


@dataclass(frozen=True)
class Rule:
    """Fires while the budget burns faster than `tenths` tenths of the allowed rate over the long and the short window."""

    name: str
    long: timedelta
    short: timedelta
    tenths: int


RULES = (
    Rule("page_fast", timedelta(hours=1), timedelta(minutes=5), 144),
    Rule("page_slow", timedelta(hours=6), timedelta(minutes=30), 60),
    Rule("ticket", timedelta(days=3), timedelta(hours=6), 10),
)


@dataclass(frozen=True)
class Bucket:
    """Five minutes from `at` on."""

    at: datetime
    good: int
    total: int


@dataclass(frozen=True)
class Alert:
    rule: str
    fired: datetime
    cleared: datetime | None


def burns_faster(bad: int, total: int, target: int, tenths: int) -> bool:
    """Whether (bad / total) / (1 - target) is above tenths / 10; never without events. `target` is in millionths."""
    return 10 * bad * MILLION > tenths * (MILLION - target) * total


def alerts(buckets: Sequence[Bucket], target: int) -> Iterator[Alert]:
    """Every alert of a series in order of time, rule by rule. It fires at the end of the first bucket at which both windows, which end
    there, burn too fast, and clears at the end of the first at which not; None when it never does."""
    starts = [bucket.at for bucket in buckets]
    bad = [0, *accumulate(bucket.total - bucket.good for bucket in buckets)]
    total = [0, *accumulate(bucket.total for bucket in buckets)]
    for rule in RULES:
        fired = None
        for position, bucket in enumerate(buckets, start=1):
            end = bucket.at + BUCKET
            # A window holds the buckets that begin in it.
            froms = (bisect_right(starts, end - window - timedelta(seconds=1)) for window in (rule.long, rule.short))
            burning = all(burns_faster(bad[position] - bad[first], total[position] - total[first], target, rule.tenths) for first in froms)
            if burning and fired is None:
                fired = end
            elif not burning and fired is not None:
                yield Alert(rule.name, fired, end)
                fired = None
        if fired is not None:
            yield Alert(rule.name, fired, None)
