"""Reconciliations on tables made by hand: right totals pass, a fan-out, a loss and a wrong sum are found and quoted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from checks.reconcile import check_reconciliations
from checks.results import CheckResult
from checks.thresholds import Thresholds
from orchestration.contracts import TableContract, build_contract
from orchestration.publish.loads import LoadRecord
from orchestration.publish.required import required_checks


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema conformed; create schema revenue; create schema published; create schema raw_crm;
            create table conformed.charges as select * from (values ('a', 1.10::decimal(18, 4)), ('b', 2.20)) as t (charge_id, amount);
            create table revenue.fct_charges as select charge_id, amount, date '2026-01-01' as month_on from conformed.charges;
            create table published.metrics as
            select
                'charged' as metric, 'month' as period_grain, date '2026-01-01' as period_on, 'total' as segment_kind,
                3.30::decimal(28, 4) as numerator;
            """
        )
        yield connection


def manifest(*statements: dict[str, Any]) -> dict[str, Any]:
    node = {"resource_type": "model", "name": "fct_charges", "schema": "revenue", "config": {"meta": {"reconciles": list(statements)}}}
    return {"nodes": {"model.scalehouse.fct_charges": node}, "sources": {}}


def declared(connection: duckdb.DuckDBPyConnection, *statements: dict[str, Any]) -> CheckResult:
    (result,) = check_reconciliations(connection, manifest(*statements), [], [], Path("lake"))
    return result


ROWS = {"with": "conformed.charges", "rows": "equal"}
SUM = {"with": "conformed.charges", "sum": {"amount": "amount"}}
METRIC = {"metric": "charged", "grain": "month", "period": "month_on", "measure": "amount"}


def test_what_agrees_passes(warehouse: duckdb.DuckDBPyConnection) -> None:
    result = declared(warehouse, ROWS, SUM, METRIC)
    assert (result.status, result.observed) == ("passed", "3 statements hold")
    checks = required_checks({**manifest(ROWS)}, [])
    assert "warehouse/fct_charges/reconciles" in {str(check) for check in checks}


def test_a_fan_out_is_found_by_rows_sum_and_metric(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into revenue.fct_charges values ('b', 2.20, '2026-01-01')")
    assert declared(warehouse, ROWS).rows == ({"rows_of": "revenue.fct_charges", "are": 3, "rows_of_conformed.charges": 2},)
    assert declared(warehouse, SUM).rows[0]["is"] == "5.5000"
    assert declared(warehouse, METRIC).rows == ({"metric": "charged", "period": "2026-01-01", "published": "3.3000", "mart": "5.5000"},)
    assert declared(warehouse, {"with": "conformed.charges", "rows": "at_least"}).status == "passed"
    assert declared(warehouse, {"with": "conformed.charges", "rows": "at_most"}).blocks


def test_a_period_that_only_one_side_has_is_found(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into revenue.fct_charges values ('c', 4, '2026-02-01')")
    assert declared(warehouse, METRIC).rows == ({"metric": "charged", "period": "2026-02-01", "published": "None", "mart": "4.0000"},)


@pytest.mark.parametrize(
    "statement",
    [
        {"with": "conformed.charges"},
        {"with": "conformed.charges", "rows": "same"},
        {"metric": "charged"},
        {"with": "none.there", "rows": "equal"},
    ],
)
def test_a_statement_that_cannot_be_read_is_a_crash(warehouse: duckdb.DuckDBPyConnection, statement: dict[str, Any]) -> None:
    assert declared(warehouse, statement).status == "crashed"


def people(**meta: Any) -> TableContract:
    given = {"key": ["id"], **meta}
    return build_contract("crm", "people", given, [{"name": "id", "data_type": "varchar"}])


def lake_with(folder: Path, *loads: list[str]) -> list[LoadRecord]:
    """A lake with one load per list of ids."""
    records = []
    for number, ids in enumerate(loads, start=1):
        load_id = f"{number:06d}-00000000"
        target = folder / "crm" / "people" / load_id
        target.mkdir(parents=True)
        pl.DataFrame({"id": ids}).write_parquet(target / "part-0.parquet")
        record = LoadRecord("crm", "people", load_id, "f.csv", "", len(ids), len(ids), 0, 0, parts=("part-0.parquet",))
        records.append(record)
    return records


def raw_rows(connection: duckdb.DuckDBPyConnection, folder: Path, visible: int, contract: TableContract, limit: float = 100) -> CheckResult:
    """Keys a b c in load 1, c d in load 2: 5 rows accepted, 4 keys."""
    loads = lake_with(folder, ["a", "b", "c"], ["c", "d"])
    connection.execute("create or replace table raw_crm.people as select range from range(?)", [visible])
    empty = {"nodes": {}, "sources": {}}
    (result,) = check_reconciliations(connection, empty, [contract], loads, folder, Thresholds(exact_reconcile_rows=limit))
    return result


@pytest.mark.parametrize(("visible", "status"), [(4, "passed"), (3, "failed"), (5, "failed")])
def test_a_raw_view_shows_each_key_once(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, visible: int, status: str) -> None:
    result = raw_rows(warehouse, tmp_path, visible, people())
    assert result.status == status
    assert result.expected == "4 (keys among 5 accepted rows; the lake holds 5)"


@pytest.mark.parametrize(("visible", "status"), [(2, "failed"), (3, "passed"), (5, "passed"), (6, "failed")])
def test_a_big_table_is_bounded_instead(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, visible: int, status: str) -> None:
    assert raw_rows(warehouse, tmp_path, visible, people(), limit=4).status == status


def test_a_snapshot_shows_its_last_load(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert raw_rows(warehouse, tmp_path, 2, people(load="snapshot")).status == "passed"


def test_a_part_that_is_gone_is_a_crash(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    loads = lake_with(tmp_path, ["a"])
    warehouse.execute("create table raw_crm.people as select 1 as one")
    (tmp_path / "crm" / "people" / loads[0].load_id / "part-0.parquet").unlink()
    (result,) = check_reconciliations(warehouse, {"nodes": {}, "sources": {}}, [people()], loads, tmp_path)
    assert result.status == "crashed"
