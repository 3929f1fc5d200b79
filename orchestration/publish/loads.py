"""Committed loads as the publish step accounts for them.

Belongs here: what of a load's manifest is published and compared, and which of its rows the raw views still show.
Does not belong here: landing and its manifests (orchestration/land/), or judging a load (checks/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.contracts import TableContract
from orchestration.land import Manifest, committed_loads
from orchestration.publish.contents import quoted


@dataclass(frozen=True)
class LoadRecord:
    """One committed load. `columns` is its profile: column -> {nulls, min, max, distinct} over the accepted rows.

    `parts`: its Parquet files, by name. `replaces`: the load that a replay took the place of.
    `visible_rows`: accepted rows that no later load has replaced; None until `with_visible_rows` has counted them.
    """

    source: str
    table: str
    load_id: str
    file: str
    sha256: str
    rows_in: int
    accepted: int
    quarantined: int
    duplicates: int
    contract_hash: str = ""
    cursor_from_at: datetime | None = None
    cursor_to_at: datetime | None = None
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    replaces: str = ""
    visible_rows: int | None = None

    @property
    def name(self) -> str:
        return f"{self.source}.{self.table}"

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.source, self.table, self.load_id


def read_loads(lake: Path, contracts: Iterable[TableContract]) -> list[LoadRecord]:
    """Every load that counts, of every contract's table, in order of source, table and load. Raises ManifestError."""
    ordered = sorted(contracts, key=lambda contract: (contract.source, contract.table))
    return [_record(manifest) for contract in ordered for manifest in committed_loads(contract, lake)]


def _record(manifest: Manifest) -> LoadRecord:
    return LoadRecord(
        source=manifest.source,
        table=manifest.table,
        load_id=manifest.load_id,
        file=manifest.file,
        sha256=manifest.sha256,
        rows_in=manifest.rows_in,
        accepted=manifest.accepted,
        quarantined=manifest.quarantined,
        duplicates=manifest.duplicates,
        contract_hash=manifest.contract_hash,
        cursor_from_at=_moment(manifest.cursor_min),
        cursor_to_at=_moment(manifest.cursor_max),
        columns=manifest.profile,
        parts=tuple(manifest.parts),
        replaces=manifest.replaces,
    )


def _moment(value: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None) if value else None
    except ValueError:
        # A cursor may be a number; it then orders rows and dates nothing.
        return None


def with_visible_rows(connection: duckdb.DuckDBPyConnection, loads: Iterable[LoadRecord], catalog: str = "") -> list[LoadRecord]:
    """The loads with `visible_rows` counted in the views `raw_<source>.<table>` of `catalog`: one scan per table."""
    loads = list(loads)
    prefix = f"{catalog}." if catalog else ""
    counts: dict[tuple[str, str, str], int] = {}
    for source, table in sorted({(load.source, load.table) for load in loads}):
        query = f"select _load_id, count(*) from {prefix}{quoted('raw_' + source)}.{quoted(table)} group by _load_id"
        for load_id, rows in connection.execute(query).fetchall():
            counts[source, table, load_id] = rows
    return [replace(load, visible_rows=counts.get(load.identity, 0)) for load in loads]
