"""published.metrics: compiled queries run in the warehouse, turned into one long table.

Belongs here: running the SQL, values, samples, intervals, completeness and status of every cell. Does not belong here: what a
metric is (its YAML), the maths of an interval (estimators), the register of definitions (register.py).

Money never passes through a float: a ratio's numerator and denominator are MetricFlow's sums, divided here as integers of
1e-4 and rounded half away from zero to ten decimals (MetricFlow itself divides doubles). Intervals are statistics and are
floating; a delta interval takes the mart's rows as its units, so an account that changes segment inside a period is two.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

from orchestration.estimators.intervals import ratio_of_means, wilson
from orchestration.semantic.clones import Cell, plan_clones
from orchestration.semantic.compiler import CompiledQuery, compile_clones
from orchestration.semantic.definitions import GRAINS, Definitions, Metric, read_definitions
from orchestration.semantic.register import missing_providers, write_definitions
from orchestration.semantic.staleness import Reach

#: Row of seeds.thresholds with the sample under which a ratio is not judged; `<name>.<metric>` overrides it for one metric.
MINIMUM_SAMPLE = "minimum_sample_size"
#: Where the seed has no such row: the usual floor of the normal approximation.
DEFAULT_MINIMUM_SAMPLE = 30
#: Segment of the rows whose dimension is null.
NO_SEGMENT = "(none)"


class MetricError(RuntimeError):
    """A metric could not be computed from the marts; the message names the metric, the relation or the period."""


@dataclass(frozen=True)
class MetricsSummary:
    """What one publication of metrics made: rows of published.metrics, metrics by availability, queries, seconds."""

    rows: int
    metrics: int
    not_available: tuple[str, ...]
    queries: int
    compiled: int
    seconds: float


def publish_metrics(
    connection: duckdb.DuckDBPyConnection,
    semantic_manifest: Path,
    manifest: Path,
    providers: Mapping[str, Sequence[str]],
    as_of: date,
    *,
    reporting_currency: str,
    time_zone: str,
    cache: Path,
    reaches: Mapping[str, Reach] | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> MetricsSummary:
    """Write published.metrics and published.metric_definitions into the warehouse behind `connection`.

    published.metrics has one row per metric, period grain, period, segment kind and segment, in that order. `as_of` is the day
    the marts were computed for: a period is complete when its last day is not after it. `reporting_currency` and `time_zone`
    stand in the register (unit, definition hash). `cache` is a folder for compiled SQL; `reaches` says up to which day each metric's
    sources came.

    Raises DefinitionError (a metric's YAML is wrong), CompileError (MetricFlow refused it), MetricError (a mart lacks what it needs).
    """
    started = time.perf_counter()
    definitions = read_definitions(_load(semantic_manifest), _load(manifest))
    missing = {metric.name: missing_providers(metric, providers) for metric in definitions.metrics.values()}
    available = [metric for metric in definitions.metrics.values() if not missing[metric.name]]
    compilation = compile_clones(plan_clones(definitions, available), cache, on_progress)

    connection.execute("create schema if not exists published")
    _create_settings(connection, definitions, missing)
    _create_cells(connection)
    orders = {name: order for order, name in enumerate(definitions.metrics)}
    for index, query in enumerate(compilation.queries, start=1):
        if on_progress and (index == 1 or query.query.grain != compilation.queries[index - 2].query.grain):
            on_progress(f"metrics by {query.query.grain}: query {index} of {len(compilation.queries)}")
        _insert_cells(connection, query, orders)
    _check_dates(connection, definitions)
    _create_intervals(connection, definitions)
    rows = _write_metrics(connection, as_of)
    write_definitions(connection, definitions, missing, reporting_currency=reporting_currency, time_zone=time_zone, reaches=reaches)
    connection.execute("drop table metric_cells; drop table metric_intervals; drop table metric_settings")
    return MetricsSummary(
        rows=rows,
        metrics=len(definitions.metrics),
        not_available=tuple(sorted(name for name, concepts in missing.items() if concepts)),
        queries=len(compilation.queries),
        compiled=compilation.compiled,
        seconds=time.perf_counter() - started,
    )


def _load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _create_cells(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create or replace temp table metric_cells (
            metric_order smallint, grain_order tinyint, period_on date, segment_kind varchar, segment varchar,
            numerator decimal(28, 4), denominator decimal(28, 4), sample_size bigint,
            units double, xx double, xy double, yy double, pending bigint
        )
        """
    )


def _insert_cells(connection: duckdb.DuckDBPyConnection, compiled: CompiledQuery, orders: Mapping[str, int]) -> None:
    query = compiled.query
    segment = f"coalesce(cast({query.group_by} as varchar), '{NO_SEGMENT}')" if query.group_by else "'all'"
    cells = ",\n".join(_struct(cell, orders[cell.metric]) for cell in query.cells)
    try:
        connection.execute(
            f"""
            insert into metric_cells
            select
                cell.metric_order, {GRAINS.index(query.grain) + 1}, period_on,
                '{query.segment_kind}', segment, cell.numerator, cell.denominator,
                cell.sample_size, cell.units, cell.xx, cell.xy, cell.yy, cell.pending
            from (
                select cast({query.period_column} as date) as period_on, {segment} as segment, unnest([{cells}]) as cell
                from (
                {compiled.sql}
                ) as answer
            ) as cells
            where cell.numerator is not null or cell.denominator is not null
            """
        )
    except duckdb.Error as error:
        names = ", ".join(cell.metric for cell in query.cells)
        raise MetricError(
            f"metrics {names} by {query.grain} and {query.segment_kind}: the compiled query failed in the warehouse; "
            f"check that the mart of that clock is built and has the measures' columns. DuckDB said: {error}"
        ) from error


def _struct(cell: Cell, order: int) -> str:
    def part(column: str | None, kind: str) -> str:
        return f"cast({column or 'null'} as {kind})"

    # A side without any row is nothing, not unknown, as soon as the other side has rows.
    numerator, denominator = part(cell.numerator, "decimal(28, 4)"), part(cell.denominator, "decimal(28, 4)")
    if cell.denominator:
        numerator = f"case when {cell.denominator} is not null then coalesce({numerator}, 0) else {numerator} end"
        denominator = f"case when {cell.numerator} is not null then coalesce({denominator}, 0) else {denominator} end"
    sample = part(f"coalesce({cell.sample}, 0)" if cell.sample else None, "bigint")
    moments = ", ".join(f"{name}: {part(getattr(cell, name), 'double')}" for name in ("units", "xx", "xy", "yy"))
    return (
        f"{{metric_order: {order}, numerator: {numerator}, denominator: {denominator}, sample_size: {sample}, "
        f"{moments}, pending: {part(cell.pending, 'bigint')}}}"
    )


def _check_dates(connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    lost = connection.execute(
        "select distinct metric from metric_cells inner join metric_settings using (metric_order) where period_on is null order by metric"
    ).fetchall()
    if lost:
        names = ", ".join(name for (name,) in lost)
        file = definitions.metrics[lost[0][0]].file
        raise MetricError(f"{file}: metrics {names}: mart rows have no date in their agg_time_dimension; mend the model, test for nulls")


def _create_intervals(connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """One row per cell that has an interval: its rowid in metric_cells, both bounds, the method."""
    connection.execute("create or replace temp table metric_intervals (cell bigint, low double, high double, method varchar)")
    for method in ("wilson", "delta"):
        columns = connection.execute(
            "select cells.rowid as cell, cast(numerator as double) as x, cast(denominator as double) as y, units, xx, xy, yy "
            "from metric_cells as cells inner join metric_settings as settings on cells.metric_order = settings.metric_order "
            "where settings.interval = ? and denominator <> 0",
            [method],
        ).fetchnumpy()
        if not len(columns["cell"]):
            continue
        cell, x, y, units, xx, xy, yy = (np.ma.filled(columns[name], np.nan) for name in ("cell", "x", "y", "units", "xx", "xy", "yy"))
        if method == "wilson":
            no_share = (x < 0) | (x > y)
            if no_share.any():
                raise _no_proportion(connection, definitions, int(cell[no_share].min()))
            low, high = wilson(x, y)
        else:
            low, high = ratio_of_means(units, x, y, xx, xy, yy)
        known = ~np.isnan(low)
        connection.register("interval_bounds", {"cell": cell[known], "low": low[known], "high": high[known]})
        connection.execute("insert into metric_intervals select cell, low, high, ? from interval_bounds", [method])
        connection.unregister("interval_bounds")


def _no_proportion(connection: duckdb.DuckDBPyConnection, definitions: Definitions, cell: int) -> MetricError:
    name, grain, period, kind, segment, numerator, denominator = connection.execute(
        "select metric, ?[grain_order], period_on, segment_kind, segment, numerator, denominator "
        "from metric_cells as cells inner join metric_settings as settings on cells.metric_order = settings.metric_order "
        "where cells.rowid = ?",
        [list(GRAINS), cell],
    ).fetchall()[0]
    return MetricError(
        f"{definitions.metrics[name].file}: metric {name}, {grain} {period}, {kind} {segment}: {numerator} of {denominator} "
        "is no proportion; mend the mart, or declare interval delta"
    )


def _create_settings(connection: duckdb.DuckDBPyConnection, definitions: Definitions, missing: Mapping[str, tuple[str, ...]]) -> None:
    """One row per metric: its place, kind, interval, minimum sample and where that stands, the concepts it lacks."""
    thresholds = _thresholds(connection)
    connection.execute(
        "create or replace temp table metric_settings "
        "(metric varchar, metric_order smallint, is_ratio boolean, interval varchar, minimum_sample bigint, threshold varchar, "
        "missing varchar[])"
    )
    rows = [
        {
            "metric": metric.name,
            "metric_order": order,
            "is_ratio": metric.kind == "ratio",
            "interval": metric.interval,
            "minimum_sample": _minimum_sample(metric, thresholds)[0],
            "threshold": _minimum_sample(metric, thresholds)[1],
            "missing": list(missing[metric.name]),
        }
        for order, metric in enumerate(definitions.metrics.values())
    ]
    if rows:
        connection.execute("insert into metric_settings by name select unnest($rows, max_depth := 2)", {"rows": rows})


def _thresholds(connection: duckdb.DuckDBPyConnection) -> dict[str, Decimal]:
    found = connection.execute(
        "select 1 from information_schema.tables "
        "where table_catalog = current_database() and table_schema = 'seeds' and table_name = 'thresholds'"
    ).fetchall()
    if not found:
        return {}
    return {name: Decimal(str(value)) for name, value in connection.execute("select name, value from seeds.thresholds").fetchall()}


def _minimum_sample(metric: Metric, thresholds: Mapping[str, Decimal]) -> tuple[int, str]:
    for name in (f"{MINIMUM_SAMPLE}.{metric.name}", MINIMUM_SAMPLE):
        if name in thresholds:
            return int(thresholds[name]), name
    return DEFAULT_MINIMUM_SAMPLE, MINIMUM_SAMPLE


def _write_metrics(connection: duckdb.DuckDBPyConnection, as_of: date) -> int:
    # preserve_insertion_order = false, which the pipeline runs with, would shuffle the ordered insert.
    before = connection.execute("select current_setting('preserve_insertion_order')").fetchall()[0][0]
    connection.execute("set preserve_insertion_order = true")
    try:
        connection.execute((Path(__file__).parent / "metrics.sql").read_text(encoding="utf-8"), {"as_of": as_of, "grains": list(GRAINS)})
    finally:
        connection.execute(f"set preserve_insertion_order = {str(before).lower()}")
    return int(connection.execute("select count(*) from published.metrics").fetchall()[0][0])
