"""A table as a few numbers: what the gates judge instead of its rows.

Belongs here: one fused query per table (rows, nulls, bounds, key duplicates). Does not belong here: judging the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from orchestration.publish.contents import columns_of, quoted
from orchestration.publish.tables import Column, PublishedTable


@dataclass(frozen=True)
class ColumnProfile:
    """Type, nulls, bounds (as text) and values below 0 of one column; `negatives` is None where the type has no sign."""

    data_type: str
    nulls: int
    least: str | None = None
    greatest: str | None = None
    negatives: int | None = None


@dataclass(frozen=True)
class TableProfile:
    """Rows, rows whose key repeats another row's, and the columns of one table. `repeated_keys` is None without a key."""

    name: str
    rows: int
    columns: Mapping[str, ColumnProfile] = field(default_factory=dict)
    repeated_keys: int | None = None
    seconds: float = 0.0


def profile_tables(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[PublishedTable], catalog: str, schema: str
) -> dict[str, TableProfile]:
    """Profile of each table that `catalog.schema` has, by name; one query per table, whose only result is one row."""
    profiles = {}
    for table in tables:
        present = columns_of(connection, catalog, schema, table.name)
        if present:
            profiles[table.name] = _profile(connection, table, present, f"{catalog}.{quoted(schema)}.{quoted(table.name)}")
    return profiles


def _profile(connection: duckdb.DuckDBPyConnection, table: PublishedTable, present: Mapping[str, str], relation: str) -> TableProfile:
    signed = {column.name for column in table.columns if not column.negative}
    key = table.key if table.key and set(table.key) <= set(present) else ()
    # Rows of the key, not its values: a null in a key column is a value like another here, and not_null's own business.
    parts = ", ".join(quoted(name) for name in key)
    distinct = "null"
    if len(key) == 1:
        distinct = f"count({parts}) - count(distinct {parts})"
    elif key:
        distinct = f"count(*) - count(distinct row({parts}))"
    measures = ["count(*)", distinct]
    for name, kind in present.items():
        measures += [f"count(*) - count({quoted(name)})", *_bounds(name, kind), _negatives(name, kind, name in signed)]
    (values,) = connection.execute(f"select {', '.join(measures)} from {relation}").fetchall()
    rows, repeated, *rest = values
    columns = {}
    for (name, kind), start in zip(present.items(), range(0, len(rest), 4), strict=True):
        nulls, least, greatest, negatives = rest[start : start + 4]
        columns[name] = ColumnProfile(kind, nulls, least, greatest, negatives)
    return TableProfile(table.name, rows, columns, repeated)


def _bounds(name: str, kind: str) -> tuple[str, str]:
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
        return "null", "null"
    return f"cast(min({quoted(name)}) as varchar)", f"cast(max({quoted(name)}) as varchar)"


def _negatives(name: str, kind: str, wanted: bool) -> str:
    numeric = kind.startswith("DECIMAL") or kind in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")
    return f"count(*) filter (where {quoted(name)} < 0)" if wanted and numeric else "null"


def history_rows(profiles: Mapping[str, TableProfile]) -> list[tuple[str, str | None, int, int | None]]:
    """Rows for quality_history: (table, column or None for the table, rows, nulls)."""
    rows: list[tuple[str, str | None, int, int | None]] = []
    for name, profile in sorted(profiles.items()):
        rows.append((name, None, profile.rows, None))
        rows += [(name, column, profile.rows, each.nulls) for column, each in sorted(profile.columns.items())]
    return rows


def normal_types(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]) -> dict[str, str]:
    """Declared type -> the engine's spelling of it; a type that the engine does not know stays as declared."""
    names = {}
    for declared in sorted({column.data_type for column in columns if column.data_type}):
        try:
            ((names[declared],),) = connection.execute(f"select typeof(cast(null as {declared}))").fetchall()
        except duckdb.Error:
            names[declared] = declared
    return names
