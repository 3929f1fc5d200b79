"""Where two published files say something else: table by table, row by row, whatever the order.

Belongs here: comparing. Does not belong here: what made the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

#: Tables that say what a run did and when, which no two runs share: versions, checks' times and messages, names of landed files.
ABOUT_RUNS = ("publications", "quality_results", "quality_history", "loads", "restatements")


@dataclass(frozen=True)
class Difference:
    """One table: its rows in the first file, and how many rows only one of the two has; a table that one lacks has all its rows there."""

    table: str
    rows: int
    only_first: int
    only_second: int

    @property
    def is_same(self) -> bool:
        return not (self.only_first or self.only_second)


def published_differences(first: Path, second: Path) -> list[Difference]:
    """Every published table of either file but ABOUT_RUNS, sorted by name."""
    with duckdb.connect() as connection:
        _attach(connection, first, second)
        tables = [
            {row[0] for row in connection.execute(_TABLES, [name]).fetchall()} - set(ABOUT_RUNS) for name in ("first_file", "second_file")
        ]
        return [
            _difference(connection, table, *(f'select * from {name}.published."{table}"' if table in has else None
                                             for name, has in zip(("first_file", "second_file"), tables, strict=True)))
            for table in sorted(tables[0] | tables[1])
        ]  # fmt: skip


def landed_differences(first: Path, second: Path, tables: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[Difference]:
    """Landed tables, as (schema, table, columns to compare), of two working files."""
    with duckdb.connect() as connection:
        _attach(connection, first, second)
        found = []
        for schema, table, columns in tables:
            names = ", ".join(f'"{name}"' for name in columns)
            selects = [f'select {names} from {name}."{schema}"."{table}"' for name in ("first_file", "second_file")]
            found.append(_difference(connection, f"{schema}.{table}", *selects))
        return found


_TABLES = "select table_name from duckdb_tables() where database_name = ? and schema_name = 'published'"


def _attach(connection: duckdb.DuckDBPyConnection, first: Path, second: Path) -> None:
    for name, file in (("first_file", first), ("second_file", second)):
        escaped = str(file).replace("'", "''")
        connection.execute(f"attach '{escaped}' as {name} (read_only)")


def _difference(connection: duckdb.DuckDBPyConnection, table: str, first: str | None, second: str | None) -> Difference:
    def count(select: str) -> int:
        return connection.execute(f"select count(*) from ({select})").fetchone()[0]

    if first is None or second is None:
        return Difference(table, count(first) if first else 0, count(first) if first else 0, count(second) if second else 0)
    return Difference(table, count(first), count(f"{first} except all {second}"), count(f"{second} except all {first}"))
