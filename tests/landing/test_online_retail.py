"""The real exports of online_retail land to the last row. Facts: the README beside those files."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import TableContract
from orchestration.extract import Settling
from orchestration.land import LoadResult, Options, create_views, land_table
from tests.landing.house import make_contract

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail"
COLUMNS = {
    "invoice_no": ("varchar", {"source_name": "InvoiceNo", "required": True}),
    "stock_code": ("varchar", {"source_name": "StockCode", "required": True}),
    "description": ("varchar", {"source_name": "Description"}),
    "quantity": ("bigint", {"source_name": "Quantity", "required": True}),
    "at": ("timestamp", {"source_name": "InvoiceDate", "required": True}),
    "unit_price": ("decimal(18,4)", {"source_name": "UnitPrice", "money": {"unit": "major", "currency": "'GBP'", "negative": "allow"}}),
    "customer_id": ("varchar", {"source_name": "CustomerID"}),
    "country": ("varchar", {"source_name": "Country"}),
}
CONTRACT = make_contract(COLUMNS, key=[], cursor="at", load="append", file_pattern="*.csv.gz")


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> tuple[TableContract, Path, list[LoadResult]]:
    if not EXPORTS.is_dir():
        pytest.skip(f"no real exports at {EXPORTS}")
    root = tmp_path_factory.mktemp("online_retail")
    folder = root / "inbox" / "vendor" / "things"
    folder.mkdir(parents=True)
    for export in EXPORTS.glob("*.csv.gz"):
        (folder / export.name).write_bytes(export.read_bytes())
        os.utime(folder / export.name, (1_700_000_000, 1_700_000_000))
    results = land_table(CONTRACT, root / "inbox", root / "lake", root / "quarantine", options=Options(settling=Settling(seconds=0)))
    return CONTRACT, root / "lake", results


def test_every_line_is_accounted_for(landed: tuple[TableContract, Path, list[LoadResult]]) -> None:
    _, _, results = landed
    assert {result.status for result in results} == {"committed"}
    assert len(results) == 305
    assert sum(result.rows_in for result in results) == 541_909
    assert sum(result.duplicates for result in results) == 5_268
    assert sum(result.quarantined for result in results) == 0
    assert sum(result.accepted for result in results) == 541_909 - 5_268


def test_the_view_holds_the_facts_that_duplicates_do_not_touch(landed: tuple[TableContract, Path, list[LoadResult]]) -> None:
    contract, lake, _ = landed
    with duckdb.connect() as connection:
        create_views(connection, [contract], lake)
        facts = connection.execute(
            "select count(*), count(distinct invoice_no), count(distinct customer_id), count(distinct country), min(unit_price), "
            "count(distinct case when invoice_no like 'C%' then invoice_no end) from raw_vendor.things"
        ).fetchone()
    assert (*facts[:4], float(facts[4]), facts[5]) == (536_641, 25_900, 4_372, 38, -11_062.06, 3_836)
