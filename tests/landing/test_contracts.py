"""Contracts from dbt's manifest: what is read, and how each mistake is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import ContractError, load_contracts
from tests.landing.house import make_contract


def manifest(tmp_path: Path, meta: dict[str, Any], columns: dict[str, Any], source: str = "vendor") -> Path:
    node = {
        "source_name": source,
        "name": "things",
        "description": "Things.",
        "config": {"meta": meta},
        "columns": {name: {"name": name, **given} for name, given in columns.items()},
    }
    internal = {**node, "source_name": "pipeline", "config": {"meta": {"transport": "internal"}}}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"sources": {"a": node, "b": internal}}))
    return path


META = {
    "transport": "file",
    "null_tokens": [""],
    "time_zone": "UTC",
    "timestamp_format": "%Y-%m-%d %H:%M:%S",
    "key": ["id"],
    "cursor": "at",
}
COLUMNS = {
    "id": {"data_type": "varchar", "config": {"meta": {"required": True, "source_name": "ID"}}},
    "at": {"data_type": "timestamp"},
    "price": {"data_type": "decimal(18, 4)", "config": {"meta": {"money": {"unit": "major", "currency": "'GBP'"}, "null_tokens": ["-"]}}},
}


def test_a_contract_takes_defaults_from_its_table_and_exceptions_from_its_columns(tmp_path: Path) -> None:
    contracts = load_contracts(
        manifest(tmp_path, {**META, "freshness": {"warn_after_days": 1, "error_after_days": 2}, "owner": "finance"}, COLUMNS)
    )
    assert list(contracts) == [("vendor", "things")]
    contract = contracts["vendor", "things"]
    assert (contract.key, contract.cursor, contract.load, contract.owner) == (("id",), "at", "merge", "finance")
    assert (contract.freshness.warn_after_days, contract.freshness.error_after_days) == (1, 2)
    assert [(column.source_name, column.sql_type, column.null_tokens) for column in contract.columns] == [
        ("ID", "varchar", ("",)),
        ("at", "timestamp", ("",)),
        ("price", "decimal(18,4)", ("-",)),
    ]
    assert (contract.column("price").money.currency_literal, contract.column("price").money.negative) == ("GBP", "refuse")
    assert (contract.column("at").format, contract.column("at").time_zone) == ("%Y-%m-%d %H:%M:%S", "UTC")


def test_the_hash_changes_with_what_lands_and_not_with_words() -> None:
    base = make_contract({"id": "varchar", "n": "bigint"})
    assert make_contract({"id": "varchar", "n": "bigint"}, owner="finance", row_floor=0.5).contract_hash == base.contract_hash
    assert make_contract({"id": "varchar", "n": "double"}).contract_hash != base.contract_hash
    assert make_contract({"id": "varchar", "n": "bigint"}, null_tokens=["-"]).contract_hash != base.contract_hash
    assert len(base.contract_hash) == 16


ID = {"id": "varchar"}


@pytest.mark.parametrize(
    ("columns", "meta", "words"),
    [
        ({"id": "text"}, {}, ["vendor.things.id: data_type", "varchar", "'text'"]),
        ({"id": "decimal(40,2)"}, {}, ["vendor.things.id: data_type", "decimal(p,s)"]),
        ({"_row_number": "bigint"}, {}, ["vendor.things._row_number", "rename it"]),
        ({"id": ("varchar", {"requird": True})}, {}, ["vendor.things.id: meta.requird", "did you mean 'required'"]),
        ({"id": ("varchar", {"required": "yes"})}, {}, ["vendor.things.id: required: expected true or false"]),
        ({"id": ("varchar", {"format": "%Y"})}, {}, ["vendor.things.id: format", "remove it"]),
        ({"id": ("varchar", {"values": [True]})}, {}, ["vendor.things.id: values", "put quotes"]),
        ({"a": ("varchar", {"source_name": "x"}), "x": "varchar"}, {}, ["vendor.things.x", "source_name once"]),
        (ID, {"key": ["idd"]}, ["vendor.things: key", "did you mean 'id'"]),
        (ID, {"cursor": "updated"}, ["vendor.things: cursor", "'updated'"]),
        (ID, {"load": "upsert"}, ["vendor.things: load: expected merge or append or snapshot"]),
        (ID, {"on_new_column": "drop"}, ["vendor.things: on_new_column"]),
        (ID, {"colour": 1}, ["vendor.things: meta.colour", "known are"]),
        (ID, {"row_floor": 90}, ["vendor.things: row_floor", "got 90"]),
        (ID, {"freshness": {"warn_after_days": 3, "error_after_days": 2}}, ["vendor.things: freshness"]),
        (ID, {"format": {"type": "csvv"}}, ["vendor.things: format.type"]),
        (ID, {"format": {"delimeter": ","}}, ["meta.format.delimeter", "did you mean 'delimiter'"]),
        (ID, {"format": {"delimiter": ""}}, ["vendor.things: format.delimiter"]),
        (ID, {"format": {"quote": "''"}}, ["vendor.things: format.quote"]),
        (ID, {"format": {"encoding": "utf-9"}}, ["vendor.things: format.encoding", "'utf-9'"]),
        ({"at": "timestamp"}, {"timestamp_format": ""}, ["vendor.things.at: timestamp_format", "got none"]),
        ({"at": "timestamp"}, {"timestamp_format": "%Y-%m-%d"}, ["vendor.things.at: timestamp_format", "a whole timestamp"]),
        ({"at": "timestamp"}, {"timestamp_format": "%Q"}, ["vendor.things.at", "strptime"]),
        ({"at": "timestamp"}, {"time_zone": ""}, ["vendor.things.at: time_zone", "write time_zone: UTC"]),
        ({"at": "timestamp"}, {"time_zone": "Europe/Lundun"}, ["vendor.things.at: time_zone", "IANA"]),
        ({"on": "date"}, {"date_format": "%d/%m/%y"}, ["vendor.things.on: date_format", "4-digit year"]),
        ({"n": "bigint"}, {"decimal_separator": ",", "thousands_separator": ","}, ["vendor.things.n", "to differ"]),
        ({"n": ("bigint", {"money": {"unit": "minor", "currency": "'GBP'"}})}, {}, ["vendor.things.n: money", "decimal(18,4)"]),
        (
            {"n": ("decimal(18,2)", {"money": {"unit": "minor", "currency": "'GBP'"}})},
            {},
            ["vendor.things.n: money.unit minor", "decimal(18,4)"],
        ),
        ({"n": ("decimal(18,4)", {"money": {"unit": "cents", "currency": "'GBP'"}})}, {}, ["vendor.things.n: money.unit"]),
        ({"n": ("decimal(18,4)", {"money": {"unit": "minor"}})}, {}, ["vendor.things.n: money.currency", "'GBP'"]),
        (
            {"n": ("decimal(18,4)", {"money": {"unit": "minor", "currency": "'gbp'"}})},
            {},
            ["vendor.things.n: money.currency", "in capitals"],
        ),
        (
            {"n": ("decimal(18,4)", {"money": {"unit": "minor", "currency": "curency"}}), "currency": "varchar"},
            {},
            ["did you mean 'currency'"],
        ),
    ],
    ids=range(33),
)
def test_each_mistake_is_named_with_what_to_write(columns: dict[str, Any], meta: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ContractError) as caught:
        make_contract(columns, **meta)
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_a_source_must_say_how_it_arrives(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"vendor\.things: transport: expected file or rest or both or internal"):
        load_contracts(manifest(tmp_path, {}, COLUMNS))


def test_a_missing_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="run `dbt parse`"):
        load_contracts(tmp_path / "manifest.json")
