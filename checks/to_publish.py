"""The second boundary: tables about to be published, judged by their profiles.

Belongs here: the suite that each model's contract states (columns, types, nulls, key, signs), and unlikeness to earlier versions.
Does not belong here: profiling (profiles.py), tables' names, the decision to publish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from checks.anomalies import changed_share, robust_z
from checks.expectations import Equal, Verdict, Within, judge, measured
from checks.profiles import TableProfile, normal_types, profile_tables
from checks.results import CRASHED, FAILED, PASSED, SAMPLE_ROWS, TO_PUBLISH, WARN, CheckResult, crash_message, guarded
from checks.thresholds import DEFAULTS, Thresholds
from orchestration.publish.contents import quoted
from orchestration.publish.tables import SCHEMA, PublishedTable

_COLUMN_RULES = (
    Equal("columns", "declared", "actual"),
    Within("not_null", "forbidden_nulls", at_most=0),
    Within("not_negative", "forbidden_negatives", at_most=0),
)
_TABLE_RULES = (Within("unique_key", "repeated_keys", at_most=0),)
_ABSENT, _UNDECLARED = "(absent)", "(undeclared)"


@dataclass(frozen=True)
class TableHistory:
    """Earlier versions of one table, oldest first: rows, and each column's share of nulls."""

    rows: tuple[int, ...] = ()
    null_shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def check_to_publish(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[PublishedTable],
    *,
    catalog: str,
    schema: str = SCHEMA,
    history: Mapping[str, TableHistory] | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[list[CheckResult], dict[str, TableProfile]]:
    """Results for every table of `tables` in `catalog.schema`, and the profiles that they stand on.

    One query per table, one validation for all columns and one for all keys; rows are read again only to quote failing ones.
    """
    profiles = profile_tables(connection, tables, catalog, schema)
    types = normal_types(connection, [column for table in tables for column in table.columns])
    results = _expected(connection, tables, profiles, types, f"{catalog}.{schema}")
    for table in tables:
        past, profile = (history or {}).get(table.name, TableHistory()), profiles.get(table.name)
        for check, run in {
            "volume": lambda t=table, p=profile, h=past: _volume(t, p, h, thresholds),
            "null_share": lambda t=table, p=profile, h=past: _null_share(t, p, h, thresholds),
        }.items():
            results.append(guarded(CheckResult(TO_PUBLISH, table.name, check, FAILED), run))
    return results, profiles


def read_history(published: Path, before: date) -> dict[str, TableHistory]:
    """History by table from the live file's quality_history: the last version of each day earlier than `before`.

    Earlier days only, so that a second run of a day is compared with what the first was. Empty where nothing was published.
    """
    if not published.exists():
        return {}
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            f"""select table_name, column_name, row_count, null_count from {SCHEMA}.quality_history
            where as_of < ? qualify version = max(version) over (partition by as_of) order by as_of, table_name, column_name""",
            [before],
        ).fetchall()
    found: dict[str, tuple[list[int], dict[str, list[float]]]] = {}
    for table, column, count, nulls in rows:
        counts, shares = found.setdefault(table, ([], {}))
        if column is None:
            counts.append(count)
        elif count:
            shares.setdefault(column, []).append(nulls / count)
    return {
        table: TableHistory(tuple(counts), {name: tuple(each) for name, each in shares.items()})
        for table, (counts, shares) in found.items()
    }


def _expected(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[PublishedTable],
    profiles: Mapping[str, TableProfile],
    types: Mapping[str, str],
    where: str,
) -> list[CheckResult]:
    column_rows = [row for table in tables for row in _column_rows(table, profiles.get(table.name), types)]
    table_rows = [{"table": table.name, "repeated_keys": measured(_repeated(profiles.get(table.name)))} for table in tables]
    verdicts = {**_judge(column_rows, _COLUMN_RULES), **_judge(table_rows, _TABLE_RULES)}
    results = []
    for place, table in enumerate(tables):
        mine = [(index, row) for index, row in enumerate(column_rows) if row["table"] == table.name]
        results.append(_columns(table, mine, verdicts["columns"]))
        for index, row in mine:
            declared = next((column for column in table.columns if column.name == row["column"]), None)
            for check, wanted, condition in (
                ("not_null", declared and declared.required, f"{quoted(row['column'])} is null"),
                ("not_negative", declared and not declared.negative, f"{quoted(row['column'])} < 0"),
            ):
                if wanted:
                    results.append(_cell(connection, table, row, check, verdicts[check], index, f"{where}.{quoted(table.name)}", condition))
        if table.key:
            results.append(_key(connection, table, table_rows[place], verdicts["unique_key"], place, f"{where}.{quoted(table.name)}"))
    return results


def _column_rows(table: PublishedTable, profile: TableProfile | None, types: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    actual = profile.columns if profile else {}
    declared = {column.name: column for column in table.columns}
    for name in [*declared, *(name for name in actual if name not in declared and not table.open_columns)]:
        column, found = declared.get(name), actual.get(name)
        kind = types.get(column.data_type, "") if column else _UNDECLARED
        yield {
            "table": table.name,
            "column": name,
            "declared": kind or (found.data_type if found else "declared"),
            "actual": found.data_type if found else _ABSENT,
            "forbidden_nulls": measured(found.nulls if found and column and column.required else None),
            "forbidden_negatives": measured(found.negatives if found and column and not column.negative else None),
        }


def _repeated(profile: TableProfile | None) -> int | None:
    return profile.repeated_keys if profile else None


def _judge(rows: Sequence[Mapping[str, Any]], rules: Sequence[Equal | Within]) -> dict[str, Verdict]:
    try:
        return judge(rows, rules)
    except Exception as error:
        return {rule.check: Verdict(broken=f"{type(error).__name__}: {error}") for rule in rules}


def _columns(table: PublishedTable, mine: Sequence[tuple[int, Mapping[str, Any]]], verdict: Verdict) -> CheckResult:
    if verdict.broken or not mine:
        return _crashed(table, "columns", verdict.broken or "the model declares no columns")
    wrong = [row for index, row in mine if index in verdict.failing]
    if not wrong:
        return CheckResult(TO_PUBLISH, table.name, "columns", PASSED, observed=f"{len(mine)} columns as declared")
    said = [f"{row['column']} is {row['actual']}, declared {row['declared']}" for row in wrong]
    return CheckResult(
        TO_PUBLISH,
        table.name,
        "columns",
        FAILED,
        observed="; ".join(said),
        expected="the model's contract",
        rows=tuple({"column": row["column"], "actual": row["actual"], "declared": row["declared"]} for row in wrong[:SAMPLE_ROWS]),
        message=f"{said[0]}: change the model {table.name} or its YAML so that they agree",
    )


def _cell(
    connection: duckdb.DuckDBPyConnection,
    table: PublishedTable,
    row: Mapping[str, Any],
    check: str,
    verdict: Verdict,
    index: int,
    relation: str,
    condition: str,
) -> CheckResult:
    column, measure = row["column"], row["forbidden_nulls" if check == "not_null" else "forbidden_negatives"]
    if verdict.broken or measure != measure:
        return _crashed(table, check, verdict.broken or f"the profile says nothing about {column}", column)
    if index not in verdict.failing:
        return CheckResult(TO_PUBLISH, table.name, check, PASSED, column)
    rows = _sample(connection, f"select {_identity(table, column)} from {relation} where {condition} limit {SAMPLE_ROWS}")
    what = "without a value" if check == "not_null" else "below 0"
    return CheckResult(
        TO_PUBLISH,
        table.name,
        check,
        FAILED,
        column,
        observed=f"{int(measure)} rows {what}",
        expected="0",
        rows=rows,
        message=f"{int(measure)} rows of {table.name} have {column} {what}: follow the quoted rows back through the model's inputs",
    )


def _key(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, row: Mapping[str, Any], verdict: Verdict, place: int, relation: str
) -> CheckResult:
    repeated = row["repeated_keys"]
    if verdict.broken or repeated != repeated:
        return _crashed(table, "unique_key", verdict.broken or f"the table lacks a column of its key {', '.join(table.key)}")
    listed = ", ".join(table.key)
    if place not in verdict.failing:
        return CheckResult(TO_PUBLISH, table.name, "unique_key", PASSED, observed=f"unique by {listed}")
    names = ", ".join(quoted(name) for name in table.key)
    rows = _sample(
        connection, f"select {names}, count(*) as row_count from {relation} group by all having count(*) > 1 limit {SAMPLE_ROWS}"
    )
    return CheckResult(
        TO_PUBLISH,
        table.name,
        "unique_key",
        FAILED,
        observed=f"{int(repeated)} rows repeat a key",
        expected=f"one row per {listed}",
        rows=rows,
        message=f"{int(repeated)} rows of {table.name} repeat a key: a join of the model fans out, or an input has the key twice",
    )


def _identity(table: PublishedTable, column: str) -> str:
    names = dict.fromkeys([*table.key, column])
    return ", ".join(quoted(name) for name in names)


def _sample(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[dict[str, Any], ...]:
    cursor = connection.execute(query)
    names = [each[0] for each in cursor.description]
    return tuple({name: None if value is None else str(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall())


def _crashed(table: PublishedTable, check: str, said: str, column: str = "") -> CheckResult:
    return CheckResult(TO_PUBLISH, table.name, check, CRASHED, column, message=crash_message(said))


def _volume(table: PublishedTable, profile: TableProfile | None, past: TableHistory, thresholds: Thresholds) -> CheckResult:
    """Empty after rows blocks. Else the change of rows against earlier changes, or while history is short, a large shrinkage, is told."""
    if profile is None:
        return _crashed(table, "volume", "the table is missing")
    result = CheckResult(TO_PUBLISH, table.name, "volume", PASSED, observed=f"{profile.rows} rows")
    if not past.rows:
        return result
    last = past.rows[-1]
    if not profile.rows and last and not thresholds.volume_may_empty:
        message = (
            f"{table.name} had {last} rows and has none: find which input is empty. If a source was switched off on purpose, "
            "set volume_may_empty to 1 in seeds/thresholds.csv for one run"
        )
        return CheckResult(TO_PUBLISH, table.name, "volume", FAILED, observed="0 rows", expected=f"about {last}", message=message)
    changes = [after - before for before, after in zip(past.rows, past.rows[1:], strict=False)]
    odd = ""
    if len(changes) >= thresholds.volume_minimum_history:
        found = robust_z(profile.rows - last, changes)
        if abs(found.z) > thresholds.volume_z:
            odd = f"{found.value:+g} rows against {found.usual:+g} usually ({found.z:+.1f} spreads)"
    elif last and (last - profile.rows) / last > thresholds.volume_shrink_ratio:
        odd = f"{profile.rows} rows against {last} in the version before"
    if not odd:
        return result
    message = f"{table.name}: {odd}; see which load or model changed it"
    return CheckResult(
        TO_PUBLISH, table.name, "volume", FAILED, severity=WARN, observed=odd, expected=f"about {last} rows", message=message
    )


def _null_share(table: PublishedTable, profile: TableProfile | None, past: TableHistory, thresholds: Thresholds) -> CheckResult:
    if profile is None:
        return _crashed(table, "null_share", "the table is missing")
    odd = {}
    if profile.rows >= max(thresholds.null_share_minimum_rows, 1):
        for name, column in profile.columns.items():
            share = column.nulls / profile.rows
            usual = changed_share(share, past.null_shares.get(name, ()), thresholds.null_share_change)
            if usual is not None:
                odd[name] = f"{name} is empty in {share:.0%} of rows, usually {usual:.0%}"
    return CheckResult(
        TO_PUBLISH,
        table.name,
        "null_share",
        FAILED if odd else PASSED,
        severity=WARN,
        observed="; ".join(list(odd.values())[:SAMPLE_ROWS]),
        expected=f"within {thresholds.null_share_change:.0%} of earlier versions",
        rows=tuple({"column": name} for name in list(odd)[:SAMPLE_ROWS]),
        message="see which input stopped filling the column" if odd else "",
    )
