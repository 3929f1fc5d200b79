"""Tables that another loader landed in a folder: dlt's filesystem destination (run here), Airbyte's and Fivetran's files (written here in
the columns that their documentation lists)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import dlt
import duckdb
import polars as pl
import pytest
from dlt.destinations import filesystem

from orchestration.contracts import TableContract, build_contract
from orchestration.land import LoadResult, Options, create_views, land_table
from tests.landing.house import NOW, Lander, make_contract

DECLARED: dict[str, Any] = {"id": "varchar", "amount": "decimal(18,4)", "changed_at": "timestamp"}
FORMATS = {"csv": "%Y-%m-%d %H:%M:%S%z", "jsonl": "%Y-%m-%dT%H:%M:%S%z"}
FIRST, SECOND = (dt.datetime.fromisoformat(f"2026-03-0{day}") for day in (1, 2))


def billing(table: str, loader_format: str, columns: dict[str, str], **meta: Any) -> TableContract:
    listed = [{"name": name, "data_type": kind} for name, kind in columns.items()]
    kind = {"csv": "csv", "jsonl": "ndjson"}[loader_format]
    timing = {"time_zone": "UTC", "timestamp_format": FORMATS[loader_format], "null_tokens": [""]}
    given = {"loader": "dlt", "format": {"type": kind}, "file_pattern": f"*.{loader_format}*", "on_new_column": "fail", **timing, **meta}
    return build_contract("billing", table, given, listed)


def land(contract: TableContract, root: Path) -> list[LoadResult]:
    return land_table(contract, root / "inbox", root / "lake", root / "quarantine", options=Options(settling=NOW))


@pytest.mark.parametrize("loader_format", ["csv", "jsonl"])
def test_what_dlts_filesystem_destination_writes_is_taken_as_it_lies(
    tmp_path: Path, loader_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bucket_url is the inbox and dataset_name the source: two loads of two invoices with their lines; I-1 comes again, changed."""
    monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
    destination = filesystem(bucket_url=(tmp_path / "inbox").as_uri())
    pipeline = dlt.pipeline("acme", destination=destination, dataset_name="billing", pipelines_dir=str(tmp_path / "state"))
    first = [
        {"id": "I-1", "amount": "1.50", "changed_at": FIRST, "lines": [{"sku": "A"}, {"sku": "B"}]},
        {"id": "I-2", "amount": "20.00", "changed_at": FIRST, "lines": [{"sku": "A"}]},
    ]
    pipeline.run(first, table_name="invoices", loader_file_format=loader_format)
    changed = [{"id": "I-1", "amount": "2.25", "changed_at": SECOND, "lines": []}]
    pipeline.run(changed, table_name="invoices", loader_file_format=loader_format)
    invoices = billing("invoices", loader_format, {**DECLARED, "_dlt_id": "varchar"}, key=["id"], cursor="changed_at")
    lines = billing("invoices__lines", loader_format, {"sku": "varchar", "_dlt_parent_id": "varchar"}, key=["_dlt_parent_id", "sku"])
    results = land(invoices, tmp_path) + land(lines, tmp_path)
    assert [(result.status, result.accepted, result.error, result.warnings) for result in results] == [
        ("committed", 2, "", ()),
        ("committed", 1, "", ()),
        ("committed", 3, "", ()),
    ]
    with duckdb.connect() as connection:
        create_views(connection, [invoices, lines], tmp_path / "lake")
        rows = connection.execute("select id, amount, changed_at, _extra from raw_billing.invoices order by id").fetchall()
        assert rows == [("I-1", Decimal("2.2500"), SECOND, None), ("I-2", Decimal("20.0000"), FIRST, None)]
        # A declared system column is a column like any other: here the key by which a child finds its parent.
        assert connection.execute(
            "select sku from raw_billing.invoices as i inner join raw_billing.invoices__lines as l on l._dlt_parent_id = i._dlt_id"
        ).fetchall() == [("A",)]


def test_airbytes_columns_are_known_and_its_deletions_count(tmp_path: Path) -> None:
    """The raw id, time, generation and meta that Airbyte adds to every record, and the deletion time of its change capture."""
    lander = Lander(tmp_path)
    columns = {**DECLARED, "_ab_cdc_deleted_at": ("timestamp", {"format": "%Y-%m-%dT%H:%M:%S%z"})}
    contract = make_contract(
        columns, loader="airbyte", on_new_column="fail", key=["id"], cursor="changed_at", deleted_when="_ab_cdc_deleted_at", time_zone="UTC"
    )
    header = "_airbyte_raw_id,_airbyte_extracted_at,_airbyte_generation_id,_airbyte_meta,id,amount,changed_at,_ab_cdc_deleted_at\n"
    result = lander.land_one(
        contract,
        (
            header + 'f1,2026-03-01T10:00:00Z,1,"{""sync_id"":7,""changes"":[]}",I-1,1.50,2026-03-01 00:00:00,\n'
            'f2,2026-03-01T10:00:00Z,1,"{""sync_id"":7,""changes"":[]}",I-2,20.00,2026-03-01 00:00:00,\n'
            'f3,2026-03-02T10:00:00Z,1,"{""sync_id"":8,""changes"":[]}",I-2,20.00,2026-03-02 00:00:00,2026-03-02T09:00:00Z\n'
        ).encode(),
    )
    assert (result.status, result.warnings, result.error) == ("committed", (), "")
    assert lander.rows(contract, "id", "amount", "_extra") == [("I-1", Decimal("1.5000"), None)]


def test_fivetrans_parquet_is_read_and_its_soft_deletes_count(tmp_path: Path) -> None:
    lander = Lander(tmp_path)
    columns = {**DECLARED, "_fivetran_deleted": "boolean", "_fivetran_synced": "timestamp"}
    contract = make_contract(
        columns, loader="fivetran", format={"type": "parquet"}, on_new_column="fail", key=["id"], cursor="_fivetran_synced",
        deleted_when="_fivetran_deleted", time_zone="UTC",
    )  # fmt: skip
    frame = pl.DataFrame(
        {
            "id": ["I-1", "I-2", "I-2"],
            "amount": ["1.50", "20.00", "20.00"],
            "changed_at": [FIRST, FIRST, FIRST],
            "_fivetran_deleted": [False, False, True],
            "_fivetran_synced": [FIRST, FIRST, SECOND],
            "_fivetran_id": ["x", "y", "y"],
        }
    )
    frame.write_parquet(lander.folder / "part.parquet")
    (result,) = lander.land(contract)
    assert (result.status, result.warnings, result.error) == ("committed", (), "")
    assert lander.rows(contract, "id", "amount", "_extra") == [("I-1", Decimal("1.5000"), None)]


def test_without_a_loader_the_same_columns_are_new_ones(tmp_path: Path) -> None:
    content = b"id,amount,changed_at,_dlt_id\nI-1,1.50,2026-03-01 00:00:00,abc\n"
    kept = Lander(tmp_path / "kept").land_one(make_contract(DECLARED, key=["id"]), content)
    assert "_dlt_id" in kept.warnings[0]
    refused = Lander(tmp_path / "refused").land_one(make_contract(DECLARED, key=["id"], on_new_column="fail"), content)
    assert refused.status == "failed" and "'_dlt_id'" in refused.error
