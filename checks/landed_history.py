"""Landed tables against their own earlier loads, and against the day computed.

Belongs here: schema drift, freshness, volume and share of nulls of loads. Does not belong here: what a contract states (landed.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import duckdb

from checks.anomalies import changed_share, unlikely_volume
from checks.results import ERROR, FAILED, LANDED, PASSED, SAMPLE_ROWS, WARN, CheckResult
from checks.thresholds import Thresholds
from orchestration.contracts import TableContract
from orchestration.publish.loads import LoadRecord


def schema_drift(contract: TableContract, loads: Sequence[LoadRecord], every: Sequence[LoadRecord], lake: Path) -> CheckResult:
    """Columns beyond the contract that new loads bring and the load before them did not, or that it brought and the last does not."""
    new_ids = {load.identity for load in loads}
    earlier = [load for load in every if load.identity not in new_ids][-1:]
    brought = extra_columns(contract, [*earlier, *loads], lake)
    seen = set().union(*(brought.get(load.load_id, set()) for load in earlier))
    added = {column: load for load in reversed(loads) for column in brought.get(load.load_id, set()) - seen}
    gone = sorted(seen - brought.get(loads[-1].load_id, set())) if loads else []
    if not added and not gone:
        return CheckResult(LANDED, contract.name, "schema_drift", PASSED)
    said = [f"{load.file} has a new column {column!r}" for column, load in sorted(added.items())]
    said += [f"{loads[-1].file} has no column {column!r} any more" for column in gone]
    return CheckResult(
        LANDED,
        contract.name,
        "schema_drift",
        FAILED,
        severity=WARN,
        observed="; ".join(said),
        expected="the contract's columns",
        rows=tuple({"file": load.file, "load": load.load_id, "column": column} for column, load in sorted(added.items()))[:SAMPLE_ROWS],
        message="kept as text in _extra; declare the column in the source's YAML to use it",
    )


def freshness(contract: TableContract, loads: Sequence[LoadRecord], as_of: date) -> CheckResult:
    if not loads:
        return CheckResult(
            LANDED,
            contract.name,
            "freshness",
            FAILED,
            severity=WARN,
            observed="no load",
            expected="a load",
            message=f"nothing was ever landed: drop an export into inbox/{contract.source}/{contract.table}/",
        )
    ends = [load.cursor_to_at for load in loads if load.cursor_to_at]
    if contract.freshness is None or not ends:
        return CheckResult(LANDED, contract.name, "freshness", PASSED, observed="no time to compare")
    newest = max(ends).date()
    age = (as_of - newest).days
    limit = contract.freshness
    late = age > limit.warn_after_days
    stops = limit.error_after_days is not None
    return CheckResult(
        LANDED,
        contract.name,
        "freshness",
        FAILED if late else PASSED,
        severity=ERROR if stops and age > limit.error_after_days else WARN,
        observed=f"newest row of {newest}, {age} days before {as_of}",
        expected=f"up to {limit.warn_after_days} days" + (f" (blocks after {limit.error_after_days})" if stops else ""),
        message=f"exports of {contract.name} have stopped: its metrics are as of {newest}. Ask {contract.owner} for a new export"
        if late
        else "",
    )


def volume(contract: TableContract, loads: Sequence[LoadRecord], every: Sequence[LoadRecord], thresholds: Thresholds) -> CheckResult:
    odd = []
    for load in loads:
        history = [(float(each.rows_in), _weekday(each)) for each in every if each.load_id < load.load_id]
        limits = {"minimum": int(thresholds.volume_minimum_history), "limit": thresholds.volume_z}
        found = unlikely_volume(load.rows_in, _weekday(load), history, **limits)
        if found:
            odd.append((load, f"{load.file} has {load.rows_in} rows, usually {found.usual:g} ({found.z:+.1f} spreads)"))
        elif load.rows_in == 0 and any(rows for rows, _ in history):
            odd.append((load, f"{load.file} has no rows"))
    return CheckResult(
        LANDED,
        contract.name,
        "volume",
        FAILED if odd else PASSED,
        severity=WARN,
        observed="; ".join(said for _, said in odd[:SAMPLE_ROWS]),
        expected=f"within {thresholds.volume_z:g} robust spreads of earlier loads",
        rows=tuple({"file": load.file, "load": load.load_id, "rows": load.rows_in} for load, _ in odd[:SAMPLE_ROWS]),
        message="look whether the export is whole; if so, the next loads make it usual" if odd else "",
    )


def _weekday(load: LoadRecord) -> int | None:
    return load.cursor_to_at.weekday() if load.cursor_to_at else None


def null_share(contract: TableContract, loads: Sequence[LoadRecord], every: Sequence[LoadRecord], thresholds: Thresholds) -> CheckResult:
    odd = []
    for load in loads:
        before = [each for each in every if each.load_id < load.load_id]
        for column in contract.columns:
            share = _share(load, column.name, thresholds)
            history = [each for each in (_share(load, column.name, thresholds) for load in before) if each is not None]
            usual = changed_share(share, history, thresholds.null_share_change) if share is not None else None
            if usual is not None:
                odd.append((load, column.name, f"{load.file}: {column.name} is empty in {share:.0%} of rows, usually {usual:.0%}"))
    return CheckResult(
        LANDED,
        contract.name,
        "null_share",
        FAILED if odd else PASSED,
        severity=WARN,
        observed="; ".join(said for *_, said in odd[:SAMPLE_ROWS]),
        expected=f"within {thresholds.null_share_change:.0%} of earlier loads",
        rows=tuple({"file": load.file, "load": load.load_id, "column": column} for load, column, _ in odd[:SAMPLE_ROWS]),
        message="ask the source's owner whether the column is still filled" if odd else "",
    )


def _share(load: LoadRecord, column: str, thresholds: Thresholds) -> float | None:
    nulls = (load.columns.get(column) or {}).get("nulls")
    return nulls / load.accepted if nulls is not None and load.accepted >= max(thresholds.null_share_minimum_rows, 1) else None


def extra_columns(contract: TableContract, loads: Sequence[LoadRecord], lake: Path) -> dict[str, set[str]]:
    """Load -> names of the columns that its file had beyond the contract: the keys of `_extra`, read from the lake in one query."""
    folder = lake / contract.source / contract.table
    parts = [str(folder / load.load_id / part) for load in loads for part in load.parts]
    if not parts:
        return {}
    with _reader().cursor() as connection:
        rows = connection.execute(
            """with extras as (
                select _load_id, unnest(json_keys(_extra)) as name
                from read_parquet($parts, union_by_name = true, hive_partitioning = false)
                where _extra is not null
            )
            select distinct _load_id, name from extras""",
            {"parts": parts},
        ).fetchall()
    found: dict[str, set[str]] = {}
    for load_id, name in rows:
        found.setdefault(load_id, set()).add(name)
    return found


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    """An empty database for queries over files, opened once: opening costs more than a query does, and each table asks one."""
    return duckdb.connect()
