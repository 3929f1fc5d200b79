"""Closed periods whose published numbers change, and why (law 7: history does not move silently).

Belongs here: comparing the candidate's metrics with the live file's, and naming one cause per changed value.
Does not belong here: computing metrics, or refusing a publish (audit.py does, from the result given here).

The cause of a changed value is the first of these that holds:
1. changed_definition: the metric's definition hash or availability changed, or a model or seed that it stands on did.
2. backfill: the run says so, or computes an earlier day than the live version, or replaces such a version.
3. corrected_source: a load that the live version did not have brought rows for keys that earlier loads held (rows of
   earlier loads are no longer visible), rows without a time, or a replay, in a table that the metric stands on.
4. late_data: such a load brought rows whose cursor lies on or before the period's last day (one day of grace for time zones); or it
   brought later rows, or the day computed moved on, and the metric's semantic model says `meta.counts_later_events`: it counts a
   later event in the period that it belongs to (a refund in the month of its charge, a payment in the month of its trial).
5. unexplained: none of them; the publish stops.

A metric that stands on an estimate may move by ESTIMATE_TOLERANCE of itself without a cause, because another processor computes the
last published digit otherwise once in a while; any other metric is exact, and may not move at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.publish.contents import columns_of, insert
from orchestration.publish.lineage import Lineage
from orchestration.publish.loads import LoadRecord
from orchestration.publish.tables import METRICS, SCHEMA

#: Share of an old value. Estimates are published to eight significant digits (estimators/digits.py): one step in the last of them, in
#: each of a few that are multiplied, is below it; whatever a reader could see is above.
ESTIMATE_TOLERANCE = 1e-6

# A period's last day, from its first and its grain.
_PERIOD_ENDS_ON = """case {row}.period_grain
    when 'day' then {row}.period_on
    when 'week' then {row}.period_on + 6
    when 'month' then cast({row}.period_on + interval 1 month as date) - 1
    when 'quarter' then cast({row}.period_on + interval 3 month as date) - 1
end"""

_CHANGED = f"""
with closed_before as (
    select before.*, {_PERIOD_ENDS_ON.format(row="before")} as period_ends_on
    from live.{SCHEMA}.metrics as before
    where before.is_complete and before.period_on is not null
),
closed_now as (
    select after.*, {_PERIOD_ENDS_ON.format(row="after")} as period_ends_on
    from candidate.{SCHEMA}.metrics as after
    where after.is_complete and after.period_on is not null
),
series_before as (select distinct metric, period_grain, segment_kind from closed_before)
select
    coalesce(b.metric, n.metric) as metric,
    coalesce(b.period_grain, n.period_grain) as period_grain,
    coalesce(b.period_on, n.period_on) as period_on,
    coalesce(b.segment_kind, n.segment_kind) as segment_kind,
    coalesce(b.segment, n.segment) as segment,
    b.value, n.value, b.numerator, n.numerator, b.denominator, n.denominator,
    coalesce(b.period_ends_on, n.period_ends_on) as period_ends_on
from closed_before as b
full outer join closed_now as n
    on b.metric = n.metric and b.period_grain = n.period_grain and b.period_on = n.period_on
    and b.segment_kind = n.segment_kind and b.segment = n.segment
left join series_before as s on n.metric = s.metric and n.period_grain = s.period_grain and n.segment_kind = s.segment_kind
where (b.value is distinct from n.value or b.numerator is distinct from n.numerator or b.denominator is distinct from n.denominator)
    and coalesce(b.period_ends_on, n.period_ends_on) <= least($as_of, $live_as_of)
    -- A series that the live version did not have is new, not restated.
    and (b.metric is not null or s.metric is not null)
order by 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Previous:
    """What the live version was made from: its day, the latest day ever published before it, its loads, code and definitions."""

    version: int
    as_of: date
    latest_as_of: date
    visible_rows: Mapping[tuple[str, str, str], int | None]
    lineage_hashes: Mapping[str, str]
    definitions: Mapping[str, tuple[Any, ...]]


def read_previous(connection: duckdb.DuckDBPyConnection) -> Previous:
    """The live version's facts, from the catalog `live`."""
    ((version, as_of, latest, hashes),) = connection.execute(
        f"""select version, as_of, (select max(as_of) from live.{SCHEMA}.publications), lineage_hashes
        from live.{SCHEMA}.publications order by version desc limit 1"""
    ).fetchall()
    loads = connection.execute(f"select source, source_table, load_id, visible_rows from live.{SCHEMA}.loads").fetchall()
    return Previous(version, as_of, latest, {row[:3]: row[3] for row in loads}, json.loads(hashes), read_definitions(connection, "live"))


def read_definitions(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, tuple[Any, ...]]:
    """Metric -> what makes its definition: hash and availability, as far as the catalog has them."""
    present = columns_of(connection, catalog, SCHEMA, "metric_definitions")
    wanted = [name for name in ("definition_hash", "availability") if name in present]
    if "metric" not in present or not wanted:
        return {}
    rows = connection.execute(f"select metric, {', '.join(wanted)} from {catalog}.{SCHEMA}.metric_definitions").fetchall()
    return {row[0]: row[1:] for row in rows}


def restatements(
    connection: duckdb.DuckDBPyConnection,
    *,
    version: int,
    as_of: date,
    loads: Sequence[LoadRecord],
    lineage: Mapping[str, Lineage],
    backfill: bool = False,
    tolerance: float = 0.0,
) -> list[tuple[Any, ...]]:
    """Rows for `restatements`: every closed value that the catalog `candidate` changes against `live`.

    Rows that move by no more than `tolerance` (a share of each old number) without a cause are left out; of metrics that stand on an
    estimate also those that move by no more than ESTIMATE_TOLERANCE.
    """
    if any("value" not in columns_of(connection, catalog, SCHEMA, METRICS.name) for catalog in ("live", "candidate")):
        return []
    before = read_previous(connection)
    after = read_definitions(connection, "candidate")
    changed = connection.execute(_CHANGED, {"as_of": as_of, "live_as_of": before.as_of}).fetchall()
    rows = []
    for *key_and_values, ends_on in changed:
        metric, numbers = key_and_values[0], key_and_values[5:]
        cause, detail = _cause(metric, ends_on, before, after, as_of, loads, lineage, backfill)
        known = lineage.get(metric)
        tolerated = max(tolerance, ESTIMATE_TOLERANCE) if known and known.stands_on_estimate else tolerance
        if cause == "unexplained" and all(_within(old, new, tolerated) for old, new in zip(numbers[::2], numbers[1::2], strict=True)):
            continue
        rows.append((version, *key_and_values, cause, detail))
    return rows


def _cause(
    metric: str,
    ends_on: date,
    before: Previous,
    after: Mapping[str, tuple[Any, ...]],
    as_of: date,
    loads: Sequence[LoadRecord],
    lineage: Mapping[str, Lineage],
    backfill: bool,
) -> tuple[str, str]:
    if before.definitions.get(metric) != after.get(metric):
        return "changed_definition", "the metric's definition changed"
    known = lineage.get(metric)
    if known and before.lineage_hashes.get(metric, known.code_hash) != known.code_hash:
        return "changed_definition", "a model or a seed that the metric stands on changed"
    if backfill or as_of < before.as_of or before.as_of < before.latest_as_of:
        return "backfill", f"computed as of {as_of}, the version before as of {before.as_of}"
    relevant = [load for load in loads if known is None or (load.source, load.table) in known.sources]
    fresh = [load for load in relevant if load.identity not in before.visible_rows]
    replaced = {
        load.name
        for load in relevant
        if (seen := before.visible_rows.get(load.identity)) is not None and load.visible_rows is not None and load.visible_rows < seen
    }
    correcting = [load for load in fresh if load.name in replaced or load.replaces or load.cursor_from_at is None]
    if correcting:
        return "corrected_source", _named(correcting)
    late = [load for load in fresh if load.cursor_from_at and (load.cursor_from_at.date() - ends_on).days <= 1]
    if late:
        return "late_data", _named(late)
    if known and known.counts_later_events and fresh:
        return "late_data", f"later events that belong to the period: {_named(fresh)}"
    if known and known.counts_later_events and as_of > before.as_of:
        return "late_data", f"events from {before.as_of} to {as_of} that belong to the period"
    return "unexplained", "same definition, no load since that could have changed it"


def _named(loads: Sequence[LoadRecord], most: int = 3) -> str:
    listed = ", ".join(f"{load.name} {load.load_id} ({load.file})" for load in loads[:most])
    return listed + (f" and {len(loads) - most} more" if len(loads) > most else "")


def _within(old: Any, new: Any, tolerance: float) -> bool:
    if old == new:
        return True
    return old is not None and new is not None and old != 0 and abs(float(new - old) / float(old)) <= tolerance


def save(connection: duckdb.DuckDBPyConnection, rows: list[tuple[Any, ...]]) -> None:
    insert(connection, f"candidate.{SCHEMA}.restatements", rows)


def as_check(connection: duckdb.DuckDBPyConnection, version: int) -> dict[str, Any]:
    """The check result that stops a publish while a change of this version, in the catalog `candidate`, has no cause."""
    new = connection.execute(
        f"select * from candidate.{SCHEMA}.restatements where version = ? order by metric, period_grain, period_on, segment_kind, segment",
        [version],
    ).fetchall()
    unexplained = [row for row in new if row[12] == "unexplained"]
    names = ("metric", "period_grain", "period_on", "segment_kind", "segment", "old", "new")
    sample = [dict(zip(names, map(str, row[1:8]), strict=True)) for row in unexplained[:5]]
    message = f"{len(new)} closed values changed, each with a cause"
    if unexplained:
        first = sample[0]
        which = f"{first['metric']} of {first['period_grain']} {first['period_on']} ({first['segment_kind']} {first['segment']})"
        message = (
            f"{len(unexplained)} values of closed periods changed without a cause, first {which}: {first['old']} became {first['new']}. "
            "No definition, model, seed or load explains it: find what else changed (the lake edited by hand, a library), "
            "or state the change as a dated decision in the metric's meta"
        )
    return {
        "boundary": "to_publish",
        "table": METRICS.name,
        "column": None,
        "check": "restatements",
        "severity": "error",
        "status": "failed" if unexplained else "passed",
        "observed": f"{len(unexplained)} unexplained of {len(new)} changed",
        "expected": "0 unexplained",
        "rows": sample,
        "message": message,
        "seconds": 0.0,
    }
