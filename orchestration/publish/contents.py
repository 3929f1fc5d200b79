"""What is inside a database file, as numbers that can be compared: rows and content hashes of its tables.

Belongs here: hashing and describing tables over an open connection. Does not belong here: files, versions, decisions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import duckdb

from orchestration.publish.tables import SCHEMA, VOLATILE, PublishedTable

TableContent = tuple[int, str]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def columns_of(connection: duckdb.DuckDBPyConnection, catalog: str, schema: str, table: str) -> dict[str, str]:
    """Columns of a table or view, in order: name -> DuckDB type. Empty when there is no such table."""
    # Not duckdb_columns(), which reads every column of every attached file at each call.
    try:
        rows = connection.execute(f"describe {quoted(catalog)}.{quoted(schema)}.{quoted(table)}").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        return {}
    return {name: kind for name, kind, *_ in rows}


def table_names(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    """Names of the tables in a catalog's published schema, sorted."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ? order by table_name", [catalog, SCHEMA]
    ).fetchall()
    return [name for (name,) in rows]


def content_of(connection: duckdb.DuckDBPyConnection, catalog: str, table: str) -> TableContent:
    """(rows, content hash) of one published table.

    The hash is of the columns' names and types and of the multiset of rows: the sum of a 64-bit hash per row, so that neither the
    order of rows nor how they are stored matters, and a row that appears twice counts twice. Volatile columns are left out.
    Comparable between files written by one version of DuckDB, whose hash function it uses.
    """
    columns = {name: kind for name, kind in columns_of(connection, catalog, SCHEMA, table).items() if name not in VOLATILE}
    listed = ", ".join(quoted(name) for name in columns)
    query = f"select count(*), coalesce(sum(hash({listed})), 0)::varchar from {catalog}.{SCHEMA}.{quoted(table)}"
    ((rows, total),) = connection.execute(query).fetchall()
    shape = json.dumps(list(columns.items()))
    return rows, hashlib.sha256(f"{shape}\n{rows}\n{total}".encode()).hexdigest()


def contents(connection: duckdb.DuckDBPyConnection, catalog: str) -> dict[str, TableContent]:
    """(rows, content hash) of every published table in a catalog."""
    return {name: content_of(connection, catalog, name) for name in table_names(connection, catalog)}


def describe(connection: duckdb.DuckDBPyConnection, catalog: str, table: PublishedTable) -> None:
    """Write a table's and its columns' descriptions as comments, which BI tools show."""
    target = f"{catalog}.{SCHEMA}.{quoted(table.name)}"
    if table.description:
        connection.execute(f"comment on table {target} is {literal(table.description.strip())}")
    present = columns_of(connection, catalog, SCHEMA, table.name)
    for column in table.columns:
        if column.description and column.name in present:
            connection.execute(f"comment on column {target}.{quoted(column.name)} is {literal(column.description.strip())}")


def digest(parts: Mapping[str, Any]) -> str:
    """SHA-256 of a JSON value whose keys are sorted."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def insert(connection: duckdb.DuckDBPyConnection, target: str, rows: list[tuple[Any, ...]]) -> None:
    """Append rows to a small table; nothing happens without rows.

    Hundreds of rows per statement: DuckDB plans each statement anew, so that one row each would be slow.
    """
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in part)
        connection.execute(f"insert into {target} values {marks}", [value for row in part for value in row])
