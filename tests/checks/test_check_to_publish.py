"""The boundary before a publish on a table made by hand: its contract's promises broken one at a time, and its own history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

import checks.expectations
from checks.profiles import history_rows
from checks.results import CheckResult
from checks.thresholds import Thresholds, read_thresholds
from checks.to_publish import TableHistory, check_to_publish, read_history
from orchestration.publish.required import checks_of
from orchestration.publish.tables import QUALITY_HISTORY, Column, PublishedTable, empty_table

TABLE = PublishedTable(
    "fct_sales",
    "commerce.fct_sales",
    "",
    (
        Column("sale_id", "varchar", required=True),
        Column("amount", "decimal(18, 4)", negative=False),
        Column("sold_on", "date"),
    ),
    key=("sale_id",),
)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as candidate; create schema candidate.published")
        connection.execute("create table candidate.published.fct_sales (sale_id varchar, amount decimal(18, 4), sold_on date)")
        connection.execute("insert into candidate.published.fct_sales values ('s1', 10, '2026-01-01'), ('s2', 0, null), ('s3', 5, null)")
        yield connection


def run(connection: duckdb.DuckDBPyConnection, table: PublishedTable = TABLE, **more) -> dict[tuple[str, str], CheckResult]:
    results, _ = check_to_publish(connection, [table], catalog="candidate", **more)
    return {(result.check, result.column): result for result in results}


def test_a_good_table_passes_exactly_the_required_checks(connection: duckdb.DuckDBPyConnection) -> None:
    results = run(connection)
    assert {result.status for result in results.values()} == {"passed"}
    assert set(results) == {(check.check, check.column) for check in checks_of(TABLE)}


def test_the_profile_is_one_row_of_counts(connection: duckdb.DuckDBPyConnection) -> None:
    _, profiles = check_to_publish(connection, [TABLE], catalog="candidate")
    profile = profiles["fct_sales"]
    assert (profile.rows, profile.repeated_keys) == (3, 0)
    assert profile.columns["sold_on"].nulls == 2
    assert (profile.columns["amount"].least, profile.columns["amount"].greatest) == ("0.0000", "10.0000")
    assert profile.columns["amount"].negatives == 0
    assert history_rows(profiles) == [
        ("fct_sales", None, 3, None),
        ("fct_sales", "amount", 3, 0),
        ("fct_sales", "sale_id", 3, 0),
        ("fct_sales", "sold_on", 3, 2),
    ]


def test_a_null_where_none_may_be_blocks_and_quotes_the_row(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into candidate.published.fct_sales values (null, 7, '2026-01-02')")
    result = run(connection)["not_null", "sale_id"]
    assert result.blocks
    assert result.observed == "1 rows without a value"
    assert result.rows == ({"sale_id": None},)


def test_a_negative_amount_blocks_and_names_the_key(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into candidate.published.fct_sales values ('s4', -0.0001, null)")
    result = run(connection)["not_negative", "amount"]
    assert result.blocks
    assert result.rows == ({"sale_id": "s4", "amount": "-0.0001"},)


def test_a_repeated_key_blocks_and_names_it(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into candidate.published.fct_sales values ('s3', 5, null), ('s3', 5, null)")
    result = run(connection)["unique_key", ""]
    assert result.observed == "2 rows repeat a key"
    assert result.rows == ({"sale_id": "s3", "row_count": "3"},)
    two = PublishedTable("fct_sales", "", "", TABLE.columns, key=("sale_id", "amount"))
    assert run(connection, two)["unique_key", ""].observed == "2 rows repeat a key"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alter table candidate.published.fct_sales alter amount type double", "amount is DOUBLE, declared DECIMAL(18,4)"),
        ("alter table candidate.published.fct_sales drop sold_on", "sold_on is (absent), declared DATE"),
        ("alter table candidate.published.fct_sales add column margin double", "margin is DOUBLE, declared (undeclared)"),
    ],
)
def test_columns_must_be_as_declared(connection: duckdb.DuckDBPyConnection, change: str, said: str) -> None:
    connection.execute(change)
    result = run(connection)["columns", ""]
    assert result.blocks
    assert result.observed == said


def test_a_table_that_is_not_there_is_bad_and_nothing_about_it_passes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop table candidate.published.fct_sales")
    assert all(result.blocks for result in run(connection).values())


def test_a_broken_gate_is_a_crash(connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.expectations, "_verdict", lambda result: checks.expectations.Verdict(broken="the metric raised"))
    results = run(connection)
    assert {results[key].status for key in results if key[0] in ("columns", "not_null", "not_negative", "unique_key")} == {"crashed"}
    assert all("the metric raised" in each.message for each in results.values() if each.status == "crashed")


@pytest.mark.parametrize(
    ("rows", "status", "severity"),
    [((3,), "passed", None), ((4,), "failed", "warn"), ((), "passed", None), ((2, 3), "passed", None)],
)
def test_a_short_history_tells_of_shrinking_by_more_than_a_fifth(
    connection: duckdb.DuckDBPyConnection, rows: tuple[int, ...], status: str, severity: str | None
) -> None:
    """3 rows now. From 4, a quarter is gone; from 3 or 2, nothing is."""
    result = run(connection, history={"fct_sales": TableHistory(rows)})["volume", ""]
    assert result.status == status
    assert severity in (None, result.severity)


def test_a_long_history_tells_of_unusual_growth(connection: duckdb.DuckDBPyConnection) -> None:
    """Grown by 100 each time, a spread of 5; now from 3 rows less 130, or from 900 rows down to 3."""
    steady = tuple(range(-900, 0, 100))
    changes = TableHistory((*(each + 903 - 100 for each in steady), 803))
    result = run(connection, history={"fct_sales": changes})["volume", ""]
    assert (result.status, result.severity) == ("failed", "warn")
    assert "-800 rows against +100 usually (-180.0 spreads)" in result.observed


def test_a_table_that_loses_all_rows_blocks_unless_the_company_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from candidate.published.fct_sales")
    history = {"fct_sales": TableHistory((3,))}
    result = run(connection, history=history)["volume", ""]
    assert result.blocks
    assert "volume_may_empty" in result.message
    allowed = run(connection, history=history, thresholds=Thresholds(volume_may_empty=1))["volume", ""]
    assert not allowed.blocks


def test_a_column_that_empties_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    history = {"fct_sales": TableHistory((3,), {"sold_on": (0.4, 0.5)})}
    result = run(connection, history=history, thresholds=Thresholds(null_share_minimum_rows=1))["null_share", ""]
    # Two of three rows, 67 %, against a median of 45 %: 22 points.
    assert (result.status, result.severity) == ("failed", "warn")
    assert "sold_on is empty in 67% of rows, usually 45%" in result.observed


def test_history_is_the_last_version_of_each_earlier_day(tmp_path: Path) -> None:
    file = tmp_path / "live.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema published")
        connection.execute(empty_table(QUALITY_HISTORY))
        connection.execute(
            """insert into published.quality_history values
            (1, '2026-01-01', 't', null, 10, null), (1, '2026-01-01', 't', 'c', 10, 1),
            (2, '2026-01-01', 't', null, 20, null), (2, '2026-01-01', 't', 'c', 20, 5),
            (3, '2026-01-02', 't', null, 30, null), (3, '2026-01-02', 't', 'c', 30, 3),
            (4, '2026-01-03', 't', null, 40, null)"""
        )
    found = read_history(file, before=date(2026, 1, 3))
    assert found == {"t": TableHistory((20, 30), {"c": (0.25, 0.1)})}
    assert read_history(tmp_path / "none.duckdb", before=date(2026, 1, 3)) == {}


def test_thresholds_come_from_the_seed_and_default(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        assert read_thresholds(connection) == Thresholds()
        connection.execute("create schema seeds; create table seeds.thresholds (name varchar, value decimal(18, 6))")
        connection.execute("insert into seeds.thresholds values ('volume_z', 4), ('minimum_sample_size', 30)")
        assert read_thresholds(connection) == Thresholds(volume_z=4.0)
