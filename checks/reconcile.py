"""Totals that must agree between layers: landed against raw views, a model against another, metrics against marts.

Belongs here: comparing counts and exact sums inside the warehouse. Does not belong here: a reconciliation of named tables: those are
declared where the model is, as `config.meta.reconciles`, or written as SQL in reconciliations/.

What a model may declare, one statement or a list:
    {with: conformed.charges, rows: equal}                 as many rows: no fan-out, no loss (or at_most, at_least)
    {with: raw_billing.charges, sum: {amount: amount}}     equal totals: this model's column -> the other relation's column or expression
    {metric: mrr, grain: month, period: period_on, measure: closing_mrr}
                                                           the metric's numerators in total equal this model's sums by period
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from checks.results import FAILED, PASSED, SAMPLE_ROWS, WAREHOUSE, CheckResult, guarded
from checks.thresholds import DEFAULTS, Thresholds
from orchestration.contracts import TableContract
from orchestration.land.views import deleted_sql, latest_sql
from orchestration.publish.contents import literal, quoted
from orchestration.publish.loads import LoadRecord
from orchestration.publish.tables import SCHEMA, declared_reconciliations

_RELATIONS = {"equal": "=", "at_most": "<=", "at_least": ">="}


class ReconciliationError(ValueError):
    """A model declares a reconciliation that cannot be read; the message names the model and what to write."""


def check_reconciliations(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    contracts: Iterable[TableContract],
    loads: Sequence[LoadRecord],
    lake: Path,
    thresholds: Thresholds = DEFAULTS,
) -> list[CheckResult]:
    """Results over an open warehouse: `raw_rows` per source table, `reconciles` per model that declares one."""
    results = []
    for contract in contracts:
        mine = [load for load in loads if load.name == contract.name]
        like = CheckResult(WAREHOUSE, contract.name, "raw_rows", FAILED)
        results.append(guarded(like, lambda c=contract, m=mine: _raw_rows(connection, c, m, lake, thresholds)))
    for model, (relation, statements) in declared_reconciliations(manifest).items():
        like = CheckResult(WAREHOUSE, model, "reconciles", FAILED)
        results.append(guarded(like, lambda m=model, r=relation, s=statements: _declared(connection, m, r, s)))
    return results


def _raw_rows(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, loads: Sequence[LoadRecord], lake: Path, thresholds: Thresholds
) -> CheckResult:
    """Rows of the raw view = distinct keys among the accepted rows in the lake; for big tables, between the largest load and all rows.
    A snapshot shows its last load; rows that the source deleted are in the lake and not in the view.
    """
    if contract.load == "snapshot":
        loads = loads[-1:]
    accepted = sum(load.accepted for load in loads)
    ((visible,),) = connection.execute(f"select count(*) from {quoted('raw_' + contract.source)}.{quoted(contract.table)}").fetchall()
    if contract.deleted_when:
        gone = f"select count(*) from ({latest_sql(contract, lake)}) as landed where {deleted_sql(contract)}"
        visible += connection.execute(gone).fetchall()[0][0]
    folder = lake / contract.source / contract.table
    parts = [str(folder / load.load_id / part) for load in loads for part in load.parts]
    if accepted > thresholds.exact_reconcile_rows or not parts:
        least = max((load.accepted for load in loads), default=0) if contract.key else 0
        right = least <= visible <= accepted
        expected = f"{least} to {accepted} (accepted rows of the lake)"
    else:
        names = ", ".join(quoted(name) for name in contract.key_columns)
        files = ", ".join(literal(part) for part in parts)
        ((held, distinct),) = connection.execute(
            f"select count(*), count(distinct row({names})) from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
        ).fetchall()
        right = visible == distinct and held == accepted
        expected = f"{distinct} (keys among {accepted} accepted rows; the lake holds {held})"
    return CheckResult(
        WAREHOUSE,
        contract.name,
        "raw_rows",
        PASSED if right else FAILED,
        observed=f"{visible} rows in raw_{contract.source}.{contract.table}",
        expected=expected,
        message=""
        if right
        else f"raw_{contract.source}.{contract.table} does not show what the lake holds: make its view anew, compare the loads",
    )


def _declared(connection: duckdb.DuckDBPyConnection, model: str, relation: str, statements: Sequence[Mapping[str, Any]]) -> CheckResult:
    faults: list[str] = []
    rows: list[dict[str, Any]] = []
    for statement in statements:
        if "metric" in statement:
            found = _against_metric(connection, relation, statement)
        elif "with" in statement and ("rows" in statement or "sum" in statement):
            found = _against_relation(connection, relation, statement)
        else:
            raise ReconciliationError(f"{model}: meta.reconciles: expected with and rows or sum, or metric; got {dict(statement)}")
        rows += found
        faults += [", ".join(f"{name} {value}" for name, value in row.items()) for row in found]
    return CheckResult(
        WAREHOUSE,
        model,
        "reconciles",
        FAILED if faults else PASSED,
        observed="; ".join(faults[:SAMPLE_ROWS]) or f"{len(statements)} statements hold",
        expected="; ".join(str(dict(statement)) for statement in statements),
        rows=tuple(rows[:SAMPLE_ROWS]),
        message=f"{model} does not agree with what it declares: {faults[0]}. A join fans out or drops rows" if faults else "",
    )


def _against_relation(connection: duckdb.DuckDBPyConnection, relation: str, statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    other = statement["with"]
    found = []
    if "rows" in statement:
        if statement["rows"] not in _RELATIONS:
            raise ReconciliationError(
                f"{relation}: meta.reconciles.rows: expected one of {', '.join(_RELATIONS)}, got {statement['rows']!r}"
            )
        counts = f"select (select count(*) from {relation}) as mine, (select count(*) from {other}) as theirs"
        compared = f"select mine, theirs, mine {_RELATIONS[statement['rows']]} theirs from ({counts})"
        ((mine, theirs, holds),) = connection.execute(compared).fetchall()
        if not holds:
            found.append({"rows_of": relation, "are": mine, "rows_of_" + other: theirs})
    for column, expression in (statement.get("sum") or {}).items():
        ((mine, theirs),) = connection.execute(
            f"select (select coalesce(sum({column}), 0) from {relation}), (select coalesce(sum({expression}), 0) from {other})"
        ).fetchall()
        if mine != theirs:
            found.append({"sum_of": f"{relation}.{column}", "is": str(mine), f"sum_of_{other}.{expression}": str(theirs)})
    return found


def _against_metric(connection: duckdb.DuckDBPyConnection, relation: str, statement: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        metric, grain, period, measure = (statement[name] for name in ("metric", "grain", "period", "measure"))
    except KeyError as error:
        raise ReconciliationError(f"{relation}: meta.reconciles: a metric needs grain, period and measure; {error} is missing") from None
    rows = connection.execute(
        f"""
        with mart as (select cast({period} as date) as period_on, sum({measure}) as total from {relation} group by 1),
        metric as (
            select period_on, numerator as total from {SCHEMA}.metrics
            where metric = $metric and period_grain = $grain and segment_kind = 'total' and period_on is not null
        )
        select coalesce(mart.period_on, metric.period_on), mart.total, metric.total
        from mart full outer join metric on mart.period_on = metric.period_on
        where coalesce(mart.total, 0) <> coalesce(metric.total, 0) order by 1 limit {SAMPLE_ROWS}
        """,
        {"metric": metric, "grain": grain},
    ).fetchall()
    return [{"metric": metric, "period": str(on), "published": str(published), "mart": str(mart)} for on, mart, published in rows]
