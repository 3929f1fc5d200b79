"""A small house for tests of REST: a contract of vendor.things in a line, its lake, a clock that does not wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from orchestration.contracts import TableContract, build_contract
from orchestration.extract.rest.pages import read_pages
from orchestration.extract.rest.waiting import Budgets, Clock
from orchestration.land import LoadResult, Manifest, committed_loads, create_views, quarantined_rows, replay
from orchestration.land.fetched import RestOptions, land_rest

CANARY = "sk_live_canary/7Q+x==secret"
COLUMNS: dict[str, Any] = {"id": ("varchar", {"required": True}), "note": "varchar", "at": "timestamp"}
PAGE = {"data": [{"id": "a", "note": "1", "at": "2026-01-01T00:00:00Z"}]}


def make_contract(
    base_url: str, fields: Mapping[str, Any] | None = None, /, table: str = "things", meta: Mapping[str, Any] | None = None, **rest: Any
) -> TableContract:
    """Contract of vendor.<table> at GET /things; `rest` holds what differs, client's settings under their own names."""
    client = {"base_url": base_url, "auth": {"type": "bearer", "token_env": "VENDOR_TOKEN"}}
    client |= {name: rest.pop(name) for name in ("auth", "paginator", "headers", "headers_env", "variables", "throttled") if name in rest}
    endpoint = {"path": "things", "data_selector": "data", **rest.pop("endpoint", {})}
    listed = []
    for name, given in (fields or COLUMNS).items():
        kind, column_meta = given if isinstance(given, tuple) else (given, {})
        listed.append({"name": name, "data_type": kind, "config": {"meta": column_meta}})
    settings = {
        "transport": "rest",
        "null_tokens": [""],
        "timestamp_format": "%Y-%m-%dT%H:%M:%S%z",
        "date_format": "%Y-%m-%d",
        "key": ["id"],
        "rest": {"client": client, "endpoint": endpoint, "ignored": [], **rest},
        **(meta or {}),
    }
    if any(each["name"] == "at" for each in listed):
        settings.setdefault("cursor", "at")
    return build_contract("vendor", table, settings, listed)


@dataclass
class FakeClock:
    """Time that passes by waiting only."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep)


class Fetcher:
    """The lake and quarantine of one test, and what one does with them."""

    def __init__(self, root: Path) -> None:
        self.root, self.lake, self.quarantine = root, root / "lake", root / "quarantine"
        self.time = FakeClock()
        self.secrets = {"VENDOR_TOKEN": CANARY}
        self.budgets = Budgets()

    def land(self, contract: TableContract, **given: Any) -> LoadResult:
        """The last result of landing: the only one, but after a contract was mended."""
        options = RestOptions(clock=self.time.clock, budgets=self.budgets)
        return land_rest(contract, self.lake, self.quarantine, lambda name: self.secrets.get(name, ""), options=options, **given)[-1]

    def replay(self, contract: TableContract, **given: Any) -> list[LoadResult]:
        return replay(contract, self.lake, self.quarantine, **given)

    def loads(self, contract: TableContract) -> list[Manifest]:
        return committed_loads(contract, self.lake)

    def state(self, contract: TableContract) -> dict[str, Any]:
        return self.loads(contract)[-1].rest

    def rejected(self, contract: TableContract) -> pl.DataFrame:
        return quarantined_rows(contract, self.lake, self.quarantine)

    def pages(self, contract: TableContract) -> list[Path]:
        """Files of every kept page, of every fetch."""
        return sorted((self.lake / "_raw" / contract.source / contract.table / "pages").glob("*/[0-9]*.json.gz"))

    def bodies(self, contract: TableContract) -> list[bytes]:
        folders = sorted({path.parent for path in self.pages(contract)})
        return [page.body for folder in folders for page in read_pages(folder, "test")]

    def rows(self, contract: TableContract, *columns: str, order: str = "1") -> list[tuple[Any, ...]]:
        """Rows of the table's view, what staging reads."""
        names = ", ".join(f'"{name}"' for name in columns or [column.name for column in contract.columns])
        with duckdb.connect() as connection:
            create_views(connection, [contract], self.lake)
            return connection.execute(f"select {names} from raw_{contract.source}.{contract.table} order by {order}").fetchall()
