"""Up to which day each metric's sources reach, and which of them have stopped.

Belongs here: newest rows of the tables above a metric against their declared freshness. Does not belong here: the check that tells
it (checks/), what a metric is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration.contracts import TableContract
from orchestration.publish.lineage import metric_lineage
from orchestration.publish.loads import LoadRecord


@dataclass(frozen=True)
class Reach:
    """`data_as_of`: the day up to which the metric can be trusted to be whole. `stale`: source tables past their limit."""

    data_as_of: date | None
    stale: tuple[str, ...] = ()


def reach_of_metrics(
    manifest: Mapping[str, Any], contracts: Iterable[TableContract], loads: Iterable[LoadRecord], as_of: date
) -> dict[str, Reach]:
    """Reach of each metric, by name, over the tables above it whose contract states a freshness (others may rest for years).

    While every table is within its limit the metric reaches `as_of`: a table in which little happens is no older for it. Past its limit a
    table holds the metric at its own newest row; one that never came has no day, and leaves a metric without any other null.
    """
    newest: dict[tuple[str, str], date] = {}
    for load in loads:
        if load.cursor_to_at:
            pair = load.source, load.table
            newest[pair] = max(newest.get(pair, date.min), load.cursor_to_at.date())
    limits = {(each.source, each.table): each.freshness.warn_after_days for each in contracts if each.freshness}
    found = {}
    for metric, lineage in metric_lineage(manifest).items():
        watched = sorted(pair for pair in lineage.sources if pair in limits)
        late = [pair for pair in watched if pair not in newest or (as_of - newest[pair]).days > limits[pair]]
        stopped_on = [newest[pair] for pair in late if pair in newest]
        nothing_came = bool(watched) and not any(pair in newest for pair in watched)
        found[metric] = Reach(None if nothing_came else min([*stopped_on, as_of]), tuple(".".join(pair) for pair in late))
    return found
