"""From JSON to rows: dotted paths, arrays as child tables, child resources, times, and the same rows as from a file."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.extract import Settling
from orchestration.land import Options, land_table
from tests.extract.house import Fetcher, make_contract
from tests.extract.server import Asked, Reply, Server

ID = {"id": ("varchar", {"required": True})}


def test_dotted_paths_reach_into_objects_and_lists(server: Server, fetcher: Fetcher) -> None:
    columns = {
        **ID,
        "country": ("varchar", {"source_name": "address.country"}),
        "plan": ("varchar", {"source_name": "items.data[0].plan"}),
        "dotted": ("varchar", {"source_name": "a.b"}),
    }
    server.says(
        "/things",
        Reply(
            {
                "data": [
                    {"id": "1", "address": {"country": "GB", "city": "Leeds"}, "items": {"data": [{"plan": "pro"}]}, "a.b": "as it is"},
                    # What is inside of nothing is nothing; the first of no items is nothing too.
                    {"id": "2", "address": None, "items": {"data": []}, "a.b": None},
                    # An address without a country is not what the contract promised.
                    {"id": "3", "address": {}, "items": {"data": []}, "a.b": None},
                ]
            }
        ),
    )
    contract = make_contract(server.url, columns)
    result = fetcher.land(contract)
    assert fetcher.rows(contract) == [("1", "GB", "pro", "as it is"), ("2", None, None, None)]
    assert (result.rows_in, result.quarantined) == (3, 1)
    (rejected,) = fetcher.rejected(contract).to_dicts()
    assert (rejected["row_number"], "'address.country'" in rejected["reason"], '"id":"3"' in rejected["raw"]) == (3, True, True)
    # `address` and `items` are known by their paths: nothing is new.
    assert result.warnings == ()


def test_what_may_be_absent_is_null(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": [{"id": "1"}]}))
    contract = make_contract(server.url, {**ID, "note": "varchar"}, may_be_absent=["note"])
    assert fetcher.land(contract).quarantined == 0
    assert fetcher.rows(contract) == [("1", None)]


def test_fields_that_are_ignored_are_not_new(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": [{"id": "1", "object": "thing", "livemode": True, "brand": "new"}]}))
    contract = make_contract(server.url, ID, ignored=["object", "livemode"])
    assert "_extra: brand;" in " ".join(fetcher.land(contract).warnings)
    assert fetcher.rows(contract, "_extra") == [('{"brand":"new"}',)]
    everything = make_contract(server.url, ID, ignored=["*"])
    fetcher.replay(everything, older_contracts=True)
    assert fetcher.rows(everything, "_extra") == [(None,)]


def test_arrays_become_a_child_table_of_their_own_contract(server: Server, fetcher: Fetcher) -> None:
    server.says(
        "/things",
        Reply(
            {
                "data": [
                    {"id": "s1", "items": {"data": [{"id": "i1", "tiers": [{"up_to": 5}, {"up_to": None}]}, {"id": "i2", "tiers": []}]}},
                    {"id": "s2", "items": {"data": []}},
                    {"id": "s3", "items": {}},
                ]
            }
        ),
    )
    items = make_contract(
        server.url,
        {**ID, "subscription_id": ("varchar", {"source_name": "_parent.id"})},
        table="items",
        records="items.data[*]",
        ignored=["tiers"],
    )
    result = fetcher.land(items)
    assert fetcher.rows(items) == [("i1", "s1"), ("i2", "s1")]
    assert (result.rows_in, result.quarantined) == (3, 1)
    assert "items.data: expected a list of records, got nothing" in fetcher.rejected(items)["reason"][0]

    tiers = make_contract(
        server.url,
        {
            "up_to": "bigint",
            "item": ("varchar", {"source_name": "_parent.id"}),
            "subscription": ("varchar", {"source_name": "_parent._parent.id"}),
        },
        table="tiers",
        records="items.data[*].tiers[*]",
        meta={"key": []},
    )
    fetcher.land(tiers)
    assert fetcher.rows(tiers, order="1 nulls last") == [(5, "i1", "s1"), (None, "i1", "s1")]


def test_child_resources_are_asked_for_by_each_landed_parent(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": [{"id": "b/1"}, {"id": "a"}]}))
    parents = make_contract(server.url, ID)
    fetcher.land(parents)

    def notes(asked: Asked) -> Reply:
        at = int(asked.params.get("cursor", 0))
        return Reply({"data": [{"id": f"{asked.path.split('/')[2]}-{at}"}], "next": at + 1 if at < 1 else None})

    server.route("/things/a/notes", notes)
    server.route("/things/b%2F1/notes", notes)
    children = make_contract(
        server.url,
        {**ID, "thing_id": ("varchar", {"source_name": "_parent.id"})},
        table="notes",
        paginator={"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
        endpoint={"path": "things/{thing}/notes"},
        parent={"table": "things", "field": "id", "param": "thing", "changed_only": True},
    )
    assert fetcher.land(children, parents=parents).error == ""
    assert fetcher.rows(children) == [("a-0", "a"), ("a-1", "a"), ("b%2F1-0", "b/1"), ("b%2F1-1", "b/1")]

    # Nobody new, nobody asked.
    asked = len(server.asked)
    assert fetcher.land(children, parents=parents).status == "unchanged"
    assert len(server.asked) == asked
    server.says("/things", Reply({"data": [{"id": "c"}]}))
    fetcher.land(parents)
    server.route("/things/c/notes", notes)
    assert fetcher.land(children, parents=parents).accepted == 2
    assert [each.path for each in server.asked[asked + 1 :]] == ["/things/c/notes"] * 2


def test_a_child_that_stops_between_parents_goes_on_there(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": [{"id": name} for name in "abc"]}))
    parents = make_contract(server.url, ID)
    fetcher.land(parents)
    for name in "abc":
        server.says(f"/notes/{name}", Reply({"data": [{"id": name}]}))
    given = {
        "table": "notes",
        "endpoint": {"path": "notes/{thing}", "optional": True},
        "parent": {"table": "things", "field": "id", "param": "thing"},
    }
    children = make_contract(server.url, ID, rate_budget={"requests": 2, "per_seconds": 3600}, **given)
    assert fetcher.land(children, parents=parents).accepted == 2
    fetcher.time.now += 3600
    # c is gone meanwhile, and the contract says that may be.
    server.says("/notes/c", Reply({}, 404))
    assert fetcher.land(children, parents=parents).error == ""
    assert [asked.path for asked in server.asked[1:]] == ["/notes/a", "/notes/b", "/notes/c"]
    assert fetcher.rows(children) == [("a",), ("b",)]
    assert fetcher.state(children)["complete"]


@pytest.mark.parametrize(
    ("time", "value", "landed"),
    [
        ("epoch_seconds", 1_780_000_000, "2026-05-28 20:26:40"),
        ("epoch_seconds", 1_780_000_000.5, "2026-05-28 20:26:40.500"),
        ("epoch_milliseconds", 1_780_000_000_001, "2026-05-28 20:26:40.001"),
        ("epoch_seconds", -1, "1969-12-31 23:59:59"),
        ("iso8601", "2026-05-28T22:26:40.5+02:00", "2026-05-28 20:26:40.500"),
        ("iso8601", "2026-05-28T20:26:40Z", "2026-05-28 20:26:40"),
        ("epoch_seconds", "yesterday", None),
        ("epoch_seconds", True, None),
        ("iso8601", "2026-05-28T20:26:40", None),
    ],
)
def test_times_are_read_as_the_api_writes_them(server: Server, fetcher: Fetcher, time: str, value: Any, landed: str | None) -> None:
    server.says("/things", Reply({"data": [{"id": "1", "at": value}]}))
    contract = make_contract(server.url, {**ID, "at": "timestamp"}, columns={"at": {"time": time}})
    result = fetcher.land(contract)
    assert [row[1] for row in fetcher.rows(contract)] == ([] if landed is None else [dt.datetime.fromisoformat(landed)])
    assert result.quarantined == (landed is None)


def test_numbers_keep_their_spelling(server: Server, fetcher: Fetcher) -> None:
    """No float in between: 0.1 + 18 digits, integers past 2^53 and past 2^63."""
    server.says(
        "/things", Reply(b'{"data": [{"id": 9007199254740993, "price": 12345678901234.5678}, {"id": 99999999999999999999, "price": 1.10}]}')
    )
    contract = make_contract(server.url, {**ID, "price": "decimal(18,4)"})
    fetcher.land(contract)
    assert fetcher.rows(contract) == [("9007199254740993", Decimal("12345678901234.5678")), ("99999999999999999999", Decimal("1.1000"))]


def test_file_and_api_of_one_table_land_the_same_rows(server: Server, tmp_path: Path) -> None:
    """The CSV says 12.50 EUR at a local time; the API says 1250 cents at a second: one contract, two spellings."""
    columns = {
        **ID,
        "amount": ("decimal(18,4)", {"money": {"unit": "major", "currency": "currency"}}),
        "currency": ("varchar", {"required": True}),
        "created_at": ("timestamp", {"source_name": "Created", "format": "%d/%m/%Y %H:%M", "time_zone": "Europe/Berlin"}),
        "country": ("varchar", {"source_name": "Country"}),
    }
    over = {
        "amount": {"money": {"unit": "minor", "currency": "currency"}},
        "created_at": {"path": "created", "time": "epoch_seconds"},
        "country": {"path": "address.country"},
    }
    contract = make_contract(server.url, columns, meta={"transport": "both", "file_pattern": "*.csv"}, columns=over)
    by_file, by_rest = tmp_path / "file", Fetcher(tmp_path / "rest")
    inbox = by_file / "inbox" / "vendor" / "things"
    inbox.mkdir(parents=True)
    # 28 May 2026 22:26 in Berlin is 20:26 UTC: 1,779,999,960 s.
    (inbox / "things.csv").write_text("id,amount,currency,Created,Country\n1,12.50,eur,28/05/2026 22:26,DE\n2,900,jpy,28/05/2026 22:26,\n")
    os.utime(inbox / "things.csv", (1, 1))
    (landed,) = land_table(
        contract, by_file / "inbox", by_file / "lake", by_file / "quarantine", options=Options(settling=Settling(seconds=0))
    )
    assert landed.error == ""
    server.says(
        "/things",
        Reply(
            {
                "data": [
                    {"id": "1", "amount": 1250, "currency": "eur", "created": 1_779_999_960, "address": {"country": "DE"}},
                    {"id": "2", "amount": 900, "currency": "jpy", "created": 1_779_999_960, "address": None},
                ]
            }
        ),
    )
    assert by_rest.land(contract).error == ""
    file_rows = Fetcher(by_file).rows(contract)
    assert by_rest.rows(contract) == file_rows
    assert file_rows[0] == ("1", Decimal("12.5000"), "eur", dt.datetime.fromisoformat("2026-05-28 20:26"), "DE")


def test_a_row_leads_back_to_its_page(server: Server, fetcher: Fetcher) -> None:
    server.route("/things", lambda asked: Reply({"data": [{"id": asked.params["page"]}], "more": asked.params["page"] != "3"}))
    contract = make_contract(server.url, ID, paginator={"type": "page_number", "has_more_path": "more"})
    result = fetcher.land(contract)
    led = fetcher.rows(contract, "id", "_row_number", "_line_number", "_source_file")
    assert led == [(str(page), page, page, result.file) for page in (1, 2, 3)]
    assert fetcher.pages(contract)[1].name == "000002.json.gz"
