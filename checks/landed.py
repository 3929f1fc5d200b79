"""The first boundary: what exports brought, judged by the loads' own manifests and never by their rows.

Belongs here: the expectations that the contracts state (accounting, required columns, floors), and how much is in quarantine.
Does not belong here: comparing with history (landed_history.py), deciding which rows are good (orchestration/land/).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from checks.expectations import Equal, Verdict, Within, judge, measured
from checks.landed_history import freshness, null_share, schema_drift, volume
from checks.results import FAILED, LANDED, PASSED, SAMPLE_ROWS, WARN, CheckResult, crash_message, guarded
from checks.thresholds import DEFAULTS, Thresholds
from orchestration.contracts import TableContract
from orchestration.publish.loads import LoadRecord

_LOAD_RULES = (Equal("row_accounting", "rows_in", "accounted"), Within("row_floor", "of_floor", at_least=1.0))
_COLUMN_RULES = (Within("not_null", "forbidden_nulls", at_most=0),)


def check_landed(
    contracts: Iterable[TableContract],
    loads: Sequence[LoadRecord],
    *,
    as_of: date,
    lake: Path,
    quarantine: Path,
    published: Collection[tuple[str, str, str]] = (),
    failures: Mapping[tuple[str, str], Sequence[str]] | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> list[CheckResult]:
    """Results for every table of `contracts`: the checks that `required_checks` names for the landed boundary.

    `loads`: every committed load, in order of sequence. `published`: (source, table, load) of those in the live file; the others, or
    the last load where there is no other, are judged. `failures`: (source, table) -> one sentence per file that could not be landed.
    `lake` and `quarantine` are read for columns beyond the contract and to quote quarantined rows.
    """
    contracts = list(contracts)
    by_table = {contract.name: [load for load in loads if load.name == contract.name] for contract in contracts}
    judged = {
        name: [load for load in _newest_of_each_file(all_) if load.identity not in published] or all_[-1:]
        for name, all_ in by_table.items()
    }
    results = _expected(contracts, by_table, judged)
    for contract in contracts:
        every, new = by_table[contract.name], judged[contract.name]
        first = not any(load.identity in published for load in every)
        # On a first publication everything is new and nothing is history: only the last load can be compared.
        compared = new[-1:] if first else new
        for check, run in {
            "files": lambda c=contract: _files(c, (failures or {}).get((c.source, c.table), ()), thresholds),
            "quarantined_share": lambda c=contract, n=new: _quarantined(c, n, quarantine, thresholds),
            "schema_drift": lambda c=contract, n=new, e=every: schema_drift(c, n, e, lake),
            "freshness": lambda c=contract, e=every: freshness(c, e, as_of),
            "volume": lambda c=contract, n=compared, e=every: volume(c, n, e, thresholds),
            "null_share": lambda c=contract, n=compared, e=every: null_share(c, n, e, thresholds),
        }.items():
            results.append(guarded(CheckResult(LANDED, contract.name, check, FAILED), run))
    return results


def _expected(
    contracts: Sequence[TableContract], by_table: Mapping[str, list[LoadRecord]], judged: Mapping[str, list[LoadRecord]]
) -> list[CheckResult]:
    """The contract's expectations over two frames: a row per load, and a row per load and required column."""
    load_rows, column_rows = [], []
    for contract in contracts:
        for load in judged[contract.name]:
            load_rows.append(
                {
                    "load": load,
                    "rows_in": float(load.rows_in),
                    "accounted": float(load.accepted + load.quarantined + load.duplicates),
                    "of_floor": _of_floor(contract, load, by_table[contract.name]),
                }
            )
            for column in contract.columns:
                if column.required:
                    nulls = (load.columns.get(column.name) or {}).get("nulls")
                    column_rows.append({"load": load, "column": column.name, "forbidden_nulls": measured(nulls)})
    verdicts = _judge(load_rows, _LOAD_RULES) | _judge(column_rows, _COLUMN_RULES)
    results = []
    for contract in contracts:
        mine = [(place, row) for place, row in enumerate(load_rows) if row["load"].name == contract.name]
        results.append(_accounting(contract, mine, verdicts["row_accounting"]))
        results.append(_floor(contract, mine, verdicts["row_floor"]))
        for column in contract.columns:
            if column.required:
                cells = [
                    (place, row)
                    for place, row in enumerate(column_rows)
                    if row["load"].name == contract.name and row["column"] == column.name
                ]
                results.append(_not_null(contract, column.name, cells, verdicts["not_null"]))
    return results


def _judge(rows: Sequence[Mapping[str, Any]], rules: Sequence[Equal | Within]) -> dict[str, Verdict]:
    try:
        return judge([{key: value for key, value in row.items() if key != "load"} for row in rows], rules)
    except Exception as error:
        return {rule.check: Verdict(broken=f"{type(error).__name__}: {error}") for rule in rules}


def _of_floor(contract: TableContract, load: LoadRecord, every: Sequence[LoadRecord]) -> float:
    """Rows as a share of the floor: `row_floor` times the load before. NaN where the contract sets none."""
    before = [each for each in every if each.load_id < load.load_id]
    if contract.row_floor is None or not before or not before[-1].rows_in:
        return measured(None)
    return load.rows_in / (contract.row_floor * before[-1].rows_in)


def _from(verdict: Verdict, cells: Sequence[tuple[int, Mapping[str, Any]]], passed: CheckResult, failed: Any) -> CheckResult:
    if verdict.broken:
        return CheckResult(LANDED, passed.table, passed.check, "crashed", passed.column, message=crash_message(verdict.broken))
    failing = [row for place, row in cells if place in verdict.failing]
    return failed(failing) if failing else passed


def _accounting(contract: TableContract, cells: list[tuple[int, dict[str, Any]]], verdict: Verdict) -> CheckResult:
    def failed(rows: list[dict[str, Any]]) -> CheckResult:
        load = rows[0]["load"]
        return CheckResult(
            LANDED,
            contract.name,
            "row_accounting",
            FAILED,
            observed=f"{load.rows_in} rows in, {int(rows[0]['accounted'])} accounted for",
            expected="rows in = accepted + quarantined + duplicates",
            rows=_where(rows),
            message=f"{load.file}: load {load.load_id} lost rows or counted some twice; remove its folder in the lake and land it again",
        )

    observed = f"{sum(int(row['rows_in']) for _, row in cells)} rows in {len(cells)} loads"
    return _from(verdict, cells, CheckResult(LANDED, contract.name, "row_accounting", PASSED, observed=observed), failed)


def _floor(contract: TableContract, cells: list[tuple[int, dict[str, Any]]], verdict: Verdict) -> CheckResult:
    def failed(rows: list[dict[str, Any]]) -> CheckResult:
        load = rows[0]["load"]
        return CheckResult(
            LANDED,
            contract.name,
            "row_floor",
            FAILED,
            observed=f"{load.rows_in} rows, {rows[0]['of_floor']:.2f} of the floor",
            expected=f"at least {contract.row_floor:g} of the load before",
            rows=_where(rows),
            message=f"{load.file} is not the complete table: its missing rows would count as deleted. Export it again in full",
        )

    return _from(verdict, cells, CheckResult(LANDED, contract.name, "row_floor", PASSED), failed)


def _not_null(contract: TableContract, column: str, cells: list[tuple[int, dict[str, Any]]], verdict: Verdict) -> CheckResult:
    def failed(rows: list[dict[str, Any]]) -> CheckResult:
        return CheckResult(
            LANDED,
            contract.name,
            "not_null",
            FAILED,
            column,
            observed=f"{sum(int(row['forbidden_nulls']) for row in rows)} accepted rows without it",
            expected="0",
            rows=_where(rows),
            message=f"{rows[0]['load'].file}: {column} is required and rows without it were accepted; land the file again",
        )

    unknown = [row["load"].load_id for _, row in cells if row["forbidden_nulls"] != row["forbidden_nulls"]]
    if unknown and not verdict.broken:
        said = f"the profile of load {unknown[0]} says nothing about {column}"
        return CheckResult(LANDED, contract.name, "not_null", "crashed", column, message=crash_message(said))
    return _from(verdict, cells, CheckResult(LANDED, contract.name, "not_null", PASSED, column), failed)


def _where(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple({"file": row["load"].file, "load": row["load"].load_id} for row in rows[:SAMPLE_ROWS])


def _newest_of_each_file(loads: Sequence[LoadRecord]) -> list[LoadRecord]:
    """Without the loads whose file came again under its name: a mended export answers for the broken one before it."""
    newest = {load.file: load.load_id for load in loads}
    return [load for load in loads if newest[load.file] == load.load_id]


def _files(contract: TableContract, failures: Sequence[str], thresholds: Thresholds) -> CheckResult:
    return CheckResult(
        LANDED,
        contract.name,
        "files",
        FAILED if failures else PASSED,
        severity="error" if thresholds.failed_files_block else WARN,
        observed=f"{len(failures)} files could not be landed",
        expected="0",
        rows=tuple({"file": failure} for failure in failures[:SAMPLE_ROWS]),
        message=f"{failures[0]}. The file stays in the inbox and is tried again at the next run" if failures else "",
    )


def _quarantined(contract: TableContract, loads: Sequence[LoadRecord], folder: Path, thresholds: Thresholds) -> CheckResult:
    limit = thresholds.quarantined_error_ratio
    held = [load for load in loads if load.quarantined]
    if not held:
        return CheckResult(LANDED, contract.name, "quarantined_share", PASSED, observed="0 rows", expected=f"up to {limit:.0%}")
    worst = max(held, key=lambda load: load.quarantined / load.rows_in)
    share = worst.quarantined / worst.rows_in
    rows = _quarantined_rows(folder, contract, worst) or ({"file": worst.file, "load": worst.load_id},)
    first = rows[0]
    where = f"{worst.file}"
    if "row" in first:
        where += f" row {first['row']}, column {first['column']}: {first['reason']} (got {first['value']!r})"
    return CheckResult(
        LANDED,
        contract.name,
        "quarantined_share",
        FAILED,
        severity="error" if share > limit else WARN,
        observed=f"{worst.quarantined} of {worst.rows_in} rows ({share:.1%}) of {worst.file}",
        expected=f"up to {limit:.0%}",
        rows=rows,
        message=f"{where}. Send the file again, mended, under the same name; or mend the contract of {contract.name} and run `make replay`",
    )


def _quarantined_rows(folder: Path, contract: TableContract, load: LoadRecord) -> tuple[dict[str, Any], ...]:
    file = folder / contract.source / contract.table / f"{load.load_id}.parquet"
    if not file.is_file():
        return ()
    with duckdb.connect() as connection:
        # The value of a personal column stays in the quarantine.
        personal = [column.name for column in contract.columns if column.personal]
        value = "case when list_contains($personal, \"column\") then '(personal)' else cast(value as varchar) end"
        query = f'select file, line, row_number, "column", {value}, reason from read_parquet($file) order by row_number limit $most'
        found = connection.execute(query, {"personal": personal, "file": str(file), "most": SAMPLE_ROWS}).fetchall()
    return tuple(dict(zip(("file", "line", "row", "column", "value", "reason"), row, strict=True)) for row in found)
