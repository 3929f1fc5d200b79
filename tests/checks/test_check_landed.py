"""The landed boundary on loads made by hand: every rule at its limit, and the words that say which file, row and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import checks.expectations
from checks.landed import check_landed
from checks.results import CheckResult
from checks.thresholds import Thresholds
from orchestration.contracts import TableContract, build_contract
from orchestration.land.parts import QUARANTINE_SCHEMA
from orchestration.publish.loads import LoadRecord
from orchestration.publish.required import LANDED, required_checks

AS_OF = date(2026, 3, 31)


def contract(**meta: Any) -> TableContract:
    given = {"key": ["id"], "cursor": "created", "time_zone": "UTC", "timestamp_format": "%Y-%m-%d %H:%M:%S", "owner": "finance", **meta}
    columns = [
        {"name": "id", "data_type": "varchar", "config": {"meta": {"required": True}}},
        {"name": "email", "data_type": "varchar", "config": {"meta": {"personal": True}}},
        {"name": "created", "data_type": "timestamp"},
    ]
    return build_contract("crm", "people", given, columns)


def load(number: int, rows: int = 100, *, on: date = AS_OF, **more: Any) -> LoadRecord:
    """A load of `rows` accepted rows whose newest cursor is noon of `on`."""
    noon = datetime.combine(on, time(12))
    made = LoadRecord(
        "crm",
        "people",
        f"{number:06d}-0000000{number % 10}",
        f"people_{number}.csv",
        "00",
        rows,
        rows,
        0,
        0,
        cursor_from_at=noon,
        cursor_to_at=noon,
        columns={"id": {"nulls": 0}, "email": {"nulls": 0}, "created": {"nulls": 0}},
    )
    return replace(made, **more)


def run(tmp_path: Path, loads: list[LoadRecord], table: TableContract | None = None, **more: Any) -> dict[str, CheckResult]:
    given = {"as_of": AS_OF, "lake": tmp_path / "lake", "quarantine": tmp_path / "quarantine", **more}
    results = check_landed([table or contract()], loads, **given)
    return {result.check: result for result in results}


def test_a_good_load_passes_every_required_check(tmp_path: Path) -> None:
    table = contract()
    results = check_landed([table], [load(1)], as_of=AS_OF, lake=tmp_path, quarantine=tmp_path)
    assert {result.status for result in results} == {"passed"}
    names = {(result.boundary, result.table, result.column, result.check) for result in results}
    manifest = {"nodes": {}, "sources": {}}
    wanted = [check for check in required_checks(manifest, [table]) if check.boundary == LANDED]
    assert names == {(check.boundary, check.table, check.column, check.check) for check in wanted}


def test_a_table_without_loads_tells_where_to_drop_an_export(tmp_path: Path) -> None:
    results = run(tmp_path, [])
    assert not any(result.blocks for result in results.values())
    assert results["freshness"].status == "failed"
    assert "inbox/crm/people/" in results["freshness"].message


def test_lost_rows_block(tmp_path: Path) -> None:
    lost = run(tmp_path, [load(1, rows_in=101)])["row_accounting"]
    assert lost.blocks
    assert lost.observed == "101 rows in, 100 accounted for"
    assert lost.rows == ({"file": "people_1.csv", "load": "000001-00000001"},)
    counted = run(tmp_path, [load(1, rows_in=110, quarantined=4, duplicates=6)])["row_accounting"]
    assert counted.status == "passed"


def test_a_required_column_with_nulls_blocks(tmp_path: Path) -> None:
    bad = load(1, columns={"id": {"nulls": 2}, "email": {"nulls": 50}, "created": {"nulls": 0}})
    result = run(tmp_path, [bad])["not_null"]
    assert (result.column, result.observed, result.blocks) == ("id", "2 accepted rows without it", True)
    assert "people_1.csv" in result.message


def test_a_profile_that_says_nothing_of_a_required_column_is_a_crash(tmp_path: Path) -> None:
    result = run(tmp_path, [load(1, columns={})])["not_null"]
    assert result.status == "crashed"
    assert "says nothing about id" in result.message


def test_a_broken_expectation_is_a_crash_and_not_bad_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(frame: Any, expectations: Any) -> Any:
        raise RuntimeError("no memory")

    monkeypatch.setattr(checks.expectations, "_validate", explode)
    results = run(tmp_path, [load(1)])
    assert {results[name].status for name in ("row_accounting", "row_floor", "not_null")} == {"crashed"}
    assert all(results[name].blocks for name in ("row_accounting", "row_floor", "not_null"))
    assert "RuntimeError: no memory" in results["not_null"].message
    assert results["freshness"].status == "passed"


def write_quarantine(folder: Path, made: LoadRecord, column: str, value: str) -> None:
    file = folder / "crm" / "people" / f"{made.load_id}.parquet"
    file.parent.mkdir(parents=True)
    cells = {"file": made.file, "line": 8, "row_number": 7, "column": column, "value": value, "reason": "expected %Y-%m-%d", "raw": "{}"}
    pl.DataFrame([{**cells, "load_id": made.load_id}], schema=QUARANTINE_SCHEMA).write_parquet(file)


@pytest.mark.parametrize(("quarantined", "severity"), [(5, "warn"), (6, "error")])
def test_quarantine_tells_and_beyond_its_share_blocks_with_file_row_and_column(tmp_path: Path, quarantined: int, severity: str) -> None:
    """The limit is a twentieth: 5 of 100 rows tell, 6 block."""
    made = load(1, rows_in=100, accepted=100 - quarantined, quarantined=quarantined)
    write_quarantine(tmp_path / "quarantine", made, "created", "31/12/26")
    result = run(tmp_path, [made])["quarantined_share"]
    assert (result.status, result.severity) == ("failed", severity)
    assert result.message.startswith("people_1.csv row 7, column created: expected %Y-%m-%d (got '31/12/26')")
    assert result.rows[0]["line"] == 8


def test_a_personal_value_is_not_quoted(tmp_path: Path) -> None:
    made = load(1, rows_in=100, accepted=99, quarantined=1)
    write_quarantine(tmp_path / "quarantine", made, "email", "ada@example.com")
    result = run(tmp_path, [made])["quarantined_share"]
    assert "ada@" not in str(result)
    assert result.rows[0]["value"] == "(personal)"


def test_quarantine_of_a_published_load_was_accepted_with_it(tmp_path: Path) -> None:
    old, new = load(1, rows_in=200, quarantined=100), load(2)
    assert run(tmp_path, [old, new])["quarantined_share"].blocks
    assert run(tmp_path, [old, new], published=[old.identity])["quarantined_share"].status == "passed"


@pytest.mark.parametrize(("rows", "status"), [(90, "passed"), (89, "failed")])
def test_an_incomplete_snapshot_blocks(tmp_path: Path, rows: int, status: str) -> None:
    result = run(tmp_path, [load(1), load(2, rows)], contract(load="snapshot", row_floor=0.9))["row_floor"]
    assert result.status == status


@pytest.mark.parametrize(("days", "status", "severity"), [(10, "passed", None), (11, "failed", "warn"), (31, "failed", "error")])
def test_freshness_is_counted_from_the_day_computed(tmp_path: Path, days: int, status: str, severity: str | None) -> None:
    table = contract(freshness={"warn_after_days": 10, "error_after_days": 30})
    result = run(tmp_path, [load(1, on=AS_OF - timedelta(days=days))], table)["freshness"]
    assert result.status == status
    assert severity in (None, result.severity)


def test_a_half_empty_export_is_told(tmp_path: Path) -> None:
    """Eight loads of 100 spread by 5 (a twentieth): 60 rows are 8 spreads away; on a first publication the last load is compared."""
    loads = [load(number) for number in range(1, 9)]
    result = run(tmp_path, [*loads, load(9, 60)])["volume"]
    assert (result.status, result.severity) == ("failed", "warn")
    assert result.observed == "people_9.csv has 60 rows, usually 100 (-8.0 spreads)"
    assert run(tmp_path, [*loads, load(9, 75)])["volume"].status == "passed"


def test_a_header_alone_is_told_whatever_the_history(tmp_path: Path) -> None:
    assert run(tmp_path, [load(1), load(2, 0)])["volume"].observed == "people_2.csv has no rows"


def test_a_column_that_empties_is_told(tmp_path: Path) -> None:
    empty = {"id": {"nulls": 0}, "email": {"nulls": 60}, "created": {"nulls": 0}}
    result = run(tmp_path, [load(1), load(2), load(3, columns=empty)])["null_share"]
    assert result.observed == "people_3.csv: email is empty in 60% of rows, usually 0%"
    few = load(3, 99, columns={**empty, "email": {"nulls": 99}})
    assert run(tmp_path, [load(1), load(2), few])["null_share"].status == "passed"


def write_part(lake: Path, made: LoadRecord, extra: str | None) -> LoadRecord:
    folder = lake / "crm" / "people" / made.load_id
    folder.mkdir(parents=True)
    pl.DataFrame({"_load_id": [made.load_id], "_extra": [extra]}, schema={"_load_id": pl.String, "_extra": pl.String}).write_parquet(
        folder / "part-0.parquet"
    )
    return replace(made, parts=("part-0.parquet",))


def test_new_and_vanished_columns_are_told(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    old = write_part(lake, load(1), '{"plan": "x"}')
    same = write_part(lake, load(2), '{"plan": "y"}')
    other = write_part(lake, load(3), '{"tier": "z"}')
    assert run(tmp_path, [old, same], published=[old.identity])["schema_drift"].status == "passed"
    result = run(tmp_path, [old, other], published=[old.identity])["schema_drift"]
    assert (result.status, result.severity) == ("failed", "warn")
    assert result.observed == "people_3.csv has a new column 'tier'; people_3.csv has no column 'plan' any more"


@pytest.mark.parametrize(("blocks", "severity"), [(0, "warn"), (1, "error")])
def test_a_file_that_could_not_be_landed_is_told_or_blocks(tmp_path: Path, blocks: int, severity: str) -> None:
    failures = {("crm", "people"): ["people_2.csv: the gzip data is cut off at byte 120"]}
    result = run(tmp_path, [load(1)], failures=failures, thresholds=Thresholds(failed_files_block=blocks))["files"]
    assert (result.status, result.severity) == ("failed", severity)
    assert result.message.startswith("people_2.csv: the gzip data is cut off at byte 120")
