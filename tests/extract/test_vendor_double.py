"""Each vendor's tables over its API and from its files: the same rows, through failures, limits and pages, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.contracts import TableContract, load_contracts
from orchestration.land import LoadResult, create_views, land_table
from orchestration.land.fetched import RestOptions, land_rest
from sample_company.server.serve import VENDORS, Double, Plan
from sample_company.write import write
from tests.extract.by_hand import write_by_hand
from tests.extract.house import FakeClock

STAGING = Path(__file__).parents[2] / "models" / "staging"


def tables_over_rest() -> list[tuple[str, str]]:
    """Every (source, table) whose YAML says how it comes over REST."""
    found = []
    for file in sorted(STAGING.glob("*/_*__sources.yml")):
        (source,) = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        found += [(source["name"], each["name"]) for each in source["tables"] if "rest" in each.get("config", {}).get("meta", {})]
    return found


TABLES = tables_over_rest()


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    write(folder, scale=0.1, until=date(2025, 3, 31))
    write_by_hand(folder)
    return folder


@pytest.fixture(scope="module")
def double(inbox: Path) -> Iterator[Double]:
    """Of every forty requests to a vendor one fails; how a refusal for being too quick is taken, tests of its own say."""
    running = Double(inbox, Plan(seed=7, fault_every=40, rate=0))
    yield running
    running.close()


@pytest.fixture(scope="module")
def contracts(manifest_path: Path) -> dict[tuple[str, str], TableContract]:
    return load_contracts(manifest_path)


class House:
    """The lake of one test, filled from files or from the double."""

    def __init__(self, root: Path, double: Double, contracts: dict[tuple[str, str], TableContract]) -> None:
        self.root, self.double, self.contracts, self.clock = root, double, contracts, FakeClock()

    def fetch(self, source: str, table: str) -> LoadResult:
        contract = self.contracts[source, table].asking(self.double.hosts[source])
        parents = None
        if contract.rest.parent:
            self.fetch(source, contract.rest.parent.table)
            parents = self.contracts[source, contract.rest.parent.table]
        options = RestOptions(clock=self.clock.clock)
        lookup = self.double.variables.get
        return land_rest(contract, self.root / "api", self.root / "q", lambda name: lookup(name, ""), parents=parents, options=options)[-1]

    def rows(self, contract: TableContract, lake: str) -> list[tuple[Any, ...]]:
        names = ", ".join(f'"{column.name}"' for column in contract.columns)
        with duckdb.connect() as connection:
            create_views(connection, [contract], self.root / lake)
            return connection.execute(f"select {names} from raw_{contract.source}.{contract.table} order by all").fetchall()


@pytest.fixture
def house(tmp_path: Path, double: Double, contracts: dict[tuple[str, str], TableContract]) -> House:
    return House(tmp_path, double, contracts)


def test_every_vendor_of_the_double_has_a_contract_and_every_contract_a_double() -> None:
    assert {source for source, _ in TABLES} == set(VENDORS)


@pytest.mark.parametrize(("source", "table"), TABLES, ids=".".join)
def test_api_and_file_land_the_same_rows(source: str, table: str, house: House, inbox: Path) -> None:
    contract = house.contracts[source, table]
    land_table(contract, inbox, house.root / "files", house.root / "files_q")
    result = house.fetch(source, table)
    assert (result.status, result.quarantined, result.warnings) == ("committed", 0, ()), result
    rows = house.rows(contract, "files")
    assert rows
    assert house.rows(contract, "api") == rows


@pytest.mark.parametrize("source", sorted({source for source, _ in TABLES}))
def test_a_second_night_changes_no_row(source: str, house: House) -> None:
    for table in [table for each, table in TABLES if each == source]:
        house.fetch(source, table)
        contract = house.contracts[source, table]
        before = house.rows(contract, "api")
        again = house.fetch(source, table)
        assert again.status in ("committed", "unchanged") and house.rows(contract, "api") == before


@pytest.mark.parametrize("source", sorted({source for source, _ in TABLES}))
def test_a_month_later_the_api_has_told_all_that_changed(
    source: str, inbox: Path, tmp_path: Path, contracts: dict[tuple[str, str], TableContract]
) -> None:
    """Two nights a month apart land what one export at the end holds, asking in the second for what changed alone."""
    earlier = tmp_path / "earlier"
    write(earlier, scale=0.1, until=date(2025, 2, 28))
    write_by_hand(earlier)
    for exports in (earlier, inbox):
        running = Double(exports)
        house = House(tmp_path, running, contracts)
        try:
            results = [house.fetch(source, table) for each, table in TABLES if each == source]
        finally:
            running.close()
        assert {result.status for result in results} <= {"committed", "unchanged"}, results
    for table in [table for each, table in TABLES if each == source]:
        contract = contracts[source, table]
        land_table(contract, inbox, tmp_path / "files", tmp_path / "files_q")
        assert house.rows(contract, "api") == house.rows(contract, "files"), table
