"""Where two published files differ: rows of either side, missing tables, and nothing about runs."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.publish.differences import Difference, landed_differences, published_differences


def publish(file: Path, **tables: str) -> Path:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema published")
        for name, select in tables.items():
            connection.execute(f"create table published.{name} as {select}")
    return file


def test_rows_count_as_often_as_they_occur_whatever_their_order(tmp_path: Path) -> None:
    first = publish(tmp_path / "1.duckdb", a="select unnest([1, 2, 2]) as n", b="select 1 as n", loads="select 'x' as file")
    second = publish(tmp_path / "2.duckdb", a="select unnest([2, 1, 3]) as n", b="select 1 as n", loads="select 'y' as file")
    # Of {1, 2, 2} and {1, 2, 3}: one 2 on one side, one 3 on the other. What files were landed is no content.
    assert published_differences(first, second) == [Difference("a", 3, 1, 1), Difference("b", 1, 0, 0)]


def test_a_table_that_one_file_lacks_differs_by_all_its_rows(tmp_path: Path) -> None:
    first = publish(tmp_path / "1.duckdb", a="select unnest([1, 2]) as n")
    second = publish(tmp_path / "2.duckdb", c="select 1 as n")
    found = published_differences(first, second)
    assert found == [Difference("a", 2, 2, 0), Difference("c", 0, 0, 1)]
    assert not any(each.is_same for each in found)


def test_landed_tables_are_compared_by_the_contract_s_columns(tmp_path: Path) -> None:
    for name, load in (("1", "'000001-aa'"), ("2", "'000001-bb'")):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute(f"create schema raw_v; create table raw_v.t as select 1 as id, {load} as _load_id")
    assert landed_differences(tmp_path / "1", tmp_path / "2", [("raw_v", "t", ("id",))]) == [Difference("raw_v.t", 1, 0, 0)]
