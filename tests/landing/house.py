"""A small house for landing tests: one table's inbox, lake and quarantine under tmp_path, and contracts in a line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from orchestration.contracts import TableContract, build_contract
from orchestration.extract import Settling
from orchestration.land import LoadResult, Manifest, Options, committed_loads, create_views, land_table, quarantined_rows, replay

DEFAULTS = {
    "file_pattern": "*",
    "null_tokens": [""],
    "time_zone": "Europe/London",
    "timestamp_format": "%Y-%m-%d %H:%M:%S",
    "date_format": "%Y-%m-%d",
}
# Files of a test are written at once: no waiting.
NOW = Settling(seconds=0)


def make_contract(columns: Mapping[str, str | tuple[str, dict[str, Any]]], **meta: Any) -> TableContract:
    """A contract of table vendor.things: column name -> type, or (type, meta)."""
    listed = []
    for name, given in columns.items():
        kind, column_meta = given if isinstance(given, tuple) else (given, {})
        listed.append({"name": name, "data_type": kind, "config": {"meta": column_meta}})
    return build_contract("vendor", "things", {**DEFAULTS, **meta}, listed)


class Lander:
    """The folders of vendor.things and what one does with them."""

    def __init__(self, root: Path, *, exist_ok: bool = False) -> None:
        self.inbox, self.lake, self.quarantine = root / "inbox", root / "lake", root / "quarantine"
        self.folder = self.inbox / "vendor" / "things"
        self.folder.mkdir(parents=True, exist_ok=exist_ok)

    def put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        # A set time of writing, so that two landings of the same bytes give the same rows.
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def land(self, contract: TableContract, **options: Any) -> list[LoadResult]:
        return land_table(contract, self.inbox, self.lake, self.quarantine, options=Options(**{"settling": NOW, **options}))

    def land_one(self, contract: TableContract, content: bytes, name: str = "things.csv", **options: Any) -> LoadResult:
        self.put(name, content)
        return next(result for result in self.land(contract, **options) if result.file == name)

    def replay(self, contract: TableContract, **given: Any) -> list[LoadResult]:
        return replay(contract, self.lake, self.quarantine, options=Options(settling=NOW), **given)

    def loads(self, contract: TableContract) -> list[Manifest]:
        return committed_loads(contract, self.lake)

    def rejected(self, contract: TableContract) -> pl.DataFrame:
        return quarantined_rows(contract, self.lake, self.quarantine)

    def rows(self, contract: TableContract, *columns: str, order: str = "_load_id, _row_number") -> list[tuple[Any, ...]]:
        """Rows of the table's view; the contract's columns when none are named."""
        names = ", ".join(f'"{name}"' for name in columns or [column.name for column in contract.columns])
        with duckdb.connect() as connection:
            create_views(connection, [contract], self.lake)
            return connection.execute(f"select {names} from raw_vendor.things order by {order}").fetchall()
