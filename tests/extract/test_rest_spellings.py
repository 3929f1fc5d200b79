"""What real APIs write otherwise than a file: words, millionths, places in lists, changes, lists left out, other ways of saying no."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from orchestration.contracts import ContractError
from orchestration.extract.rest.waiting import http_date, retry_after
from tests.extract.house import Fetcher, make_contract
from tests.extract.server import DATE, Asked, Reply, Server, date_of

ID: dict[str, Any] = {"id": ("varchar", {"required": True})}
MONEY = {"money": {"unit": "micro", "currency": "'EUR'", "negative": "allow"}}


def things(*records: dict[str, Any]) -> Reply:
    return Reply({"data": list(records)})


def test_words_are_translated_and_an_unknown_word_is_set_aside(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "1", "type": "SEARCH"}, {"id": "2", "type": None}, {"id": "3", "type": "SHOPPING"}))
    contract = make_contract(server.url, {**ID, "kind": "varchar"}, columns={"kind": {"path": "type", "map": {"SEARCH": "Search"}}})
    result = fetcher.land(contract)
    assert (fetcher.rows(contract), result.quarantined) == ([("1", "Search"), ("2", None)], 1)
    assert "'SHOPPING'" in fetcher.rejected(contract)["reason"].item()


def test_millionths_land_exactly_or_not_at_all(server: Server, fetcher: Fetcher) -> None:
    # 5,860,000 millionths are 5.86; -100 are -0.0001, the least that decimal(18,4) holds; 150 millionths are more decimals than it has.
    server.says("/things", things(*({"id": str(n), "cost": cost} for n, cost in enumerate(("5860000", -100, 0, "150", "1.5")))))
    contract = make_contract(server.url, {**ID, "cost": ("decimal(18,4)", MONEY)})
    assert fetcher.land(contract).quarantined == 2
    assert [cost for _, cost in fetcher.rows(contract)] == [Decimal("5.86"), Decimal("-0.0001"), Decimal(0)]


def test_a_double_is_rounded_only_where_the_contract_says_so(server: Server, fetcher: Fetcher) -> None:
    server.routes["/things"] = lambda _: Reply(b'{"data": [{"id": "1", "n": 0.333333}, {"id": "2", "n": 1e-05}, {"id": "3", "n": 2}]}')
    strict = make_contract(server.url, {**ID, "n": "decimal(18,4)"}, table="strict")
    assert fetcher.land(strict).quarantined == 2
    rounding = make_contract(server.url, {**ID, "n": ("decimal(18,4)", {"round": True})}, table="rounding")
    assert fetcher.land(rounding).quarantined == 0
    # A third to four decimals is 0.3333; a hundred-thousandth is nothing.
    assert [n for _, n in fetcher.rows(rounding)] == [Decimal("0.3333"), Decimal(0), Decimal(2)]
    with pytest.raises(ContractError, match="round: expected on a decimal that is no money"):
        make_contract(server.url, {**ID, "n": ("decimal(18,4)", {**MONEY, "round": True})})


def test_of_several_paths_the_first_that_is_there_counts(server: Server, fetcher: Fetcher) -> None:
    server.says(
        "/things",
        things(
            {"id": "1", "new": {"end": "a"}, "end": "b", "type": "x"},
            {"id": "2", "end": "b", "type": "x"},
            {"id": "3", "end": "b", "type": "gone", "at": "c"},
            {"id": "4", "type": "x"},
        ),
    )
    columns = {"end": {"path": ["at?type=gone", "new.end", "end"]}}
    contract = make_contract(server.url, {**ID, "end": "varchar"}, columns=columns, ignored=["*"])
    assert fetcher.land(contract).quarantined == 1
    assert fetcher.rows(contract) == [("1", "a"), ("2", "b"), ("3", "c")]


def test_an_element_knows_its_place_and_a_list_may_be_absent(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "p", "tiers": [{"up_to": 5}, {"up_to": None}]}, {"id": "q"}))
    columns = {"id": {"path": "_parent.id"}, "tier": {"path": "_position"}}
    fields = {**ID, "tier": "bigint", "up_to": "bigint"}
    contract = make_contract(
        server.url, fields, records="tiers[*]", columns=columns, may_be_absent=["tiers"], ignored=["*"], meta={"key": ["id", "tier"]}
    )
    assert fetcher.land(contract).quarantined == 0
    assert fetcher.rows(contract) == [("p", 1, 5), ("p", 2, None)]


def test_changes_are_rows_only_of_what_changed(server: Server, fetcher: Fetcher) -> None:
    def event(number: int, items: list[tuple[str, int]], before: Any, status: str = "active") -> dict[str, Any]:
        data = {"object": {"id": "s", "status": status, "items": [{"id": name, "quantity": n} for name, n in items]}}
        return {"id": f"e{number}", "data": data if before is None else {**data, "previous": before}}

    events = (
        event(1, [("a", 1), ("b", 2)], None),
        event(2, [("a", 1), ("b", 2)], {"status": "trialing"}),
        event(3, [("a", 5), ("c", 1)], {"items": [{"id": "a", "quantity": 1}, {"id": "b", "quantity": 2}]}),
        event(4, [("a", 5), ("c", 1)], {}),
    )
    server.says("/things", things(*events))
    key = {"key": ["event", "item"]}
    fields = {"event": ("varchar", {"required": True}), "item": "varchar", "quantity": "bigint", "gone": "boolean"}
    columns = {"event": {"path": "_parent.id"}, "item": {"path": "id"}, "gone": {"path": "_removed"}}
    changes = {"before": "data.previous", "list": "items", "of": ["quantity"]}
    items = make_contract(
        server.url, fields, table="items", meta=key, records="data.object.items[*]", changes=changes, columns=columns, ignored=["*"]
    )
    assert fetcher.land(items).quarantined == 0
    # All of the first event is new; the second changed no item; the third changed a, took b away and added c; the fourth changed nothing.
    assert fetcher.rows(items, order="event, item") == [
        ("e1", "a", 1, False), ("e1", "b", 2, False), ("e3", "a", 5, False), ("e3", "b", 2, True), ("e3", "c", 1, False),
    ]  # fmt: skip
    states = make_contract(
        server.url, {**ID, "status": "varchar"}, table="states", changes={"before": "data.previous", "of": ["status"]},
        columns={"status": {"path": "data.object.status"}}, ignored=["*"],
    )  # fmt: skip
    fetcher.land(states)
    assert [name for name, _ in fetcher.rows(states)] == ["e1", "e2"]


def test_of_rows_alike_in_key_and_cursor_the_newer_stays_though_it_comes_first(server: Server, fetcher: Fetcher) -> None:
    at = "2026-01-01T00:00:00Z"
    pages = {None: {"data": [{"id": "1", "note": "new", "at": at}], "next": "b"}, "b": {"data": [{"id": "1", "note": "old", "at": at}]}}
    server.route("/things", lambda asked: Reply(pages[asked.params.get("cursor")]))
    paginator = {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"}
    for table, newest_first, wanted in (("plain", False, "old"), ("newest", True, "new")):
        contract = make_contract(server.url, table=table, paginator=paginator, newest_first=newest_first)
        fetcher.land(contract)
        assert [note for _, note, _ in fetcher.rows(contract)] == [wanted]


def test_a_list_that_is_left_out_is_empty_only_where_the_contract_knows_the_rest(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"fieldMask": "id"}))
    assert "expected a list of records at 'data'" in fetcher.land(make_contract(server.url, ID)).error
    known = make_contract(server.url, ID, table="known", endpoint={"empty_if": "fieldMask"})
    assert fetcher.land(known).status == "committed"
    server.says("/things", Reply({"error": {"message": "quota"}, "fieldMask": "id"}))
    assert "quota" in fetcher.land(make_contract(server.url, ID, table="wrong", endpoint={"empty_if": "fieldMask"})).error


def test_a_child_carries_more_of_its_parent_than_it_asks_by(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "1", "note": "n", "at": "2026-01-01T00:00:00Z"}, {"id": "2", "note": None, "at": None}))
    server.route("/things/1/lines", lambda _: things({"id": "l1"}))
    server.route("/things/2/lines", lambda _: things({"id": "l2"}))
    parents = make_contract(server.url)
    fetcher.land(parents)
    children = make_contract(
        server.url, {**ID, "thing": "varchar", "note": "varchar", "made": "timestamp"}, table="lines",
        endpoint={"path": "things/{thing}/lines"}, parent={"table": "things", "field": "id", "param": "thing", "carry": ["note", "at"]},
        columns={
            "thing": {"path": "_parent.id"}, "note": {"path": "_parent.note"},
            "made": {"path": "_parent.at", "format": "%Y-%m-%d %H:%M:%S", "time_zone": "UTC"},
        },
    )  # fmt: skip
    assert fetcher.land(children, parents=parents).quarantined == 0
    assert fetcher.rows(children) == [("l1", "1", "n", dt.datetime.fromisoformat("2026-01-01")), ("l2", "2", None, None)]


def test_too_many_requests_may_be_a_code_in_the_body(server: Server, fetcher: Fetcher) -> None:
    refusal = Reply({"error": {"code": 80000, "message": "too many calls"}}, 400)
    known = {"statuses": [400], "path": "error.code", "values": ["80000"]}
    server.says("/things", refusal, things({"id": "1"}))
    assert "HTTP 400" in fetcher.land(make_contract(server.url, ID, table="plain")).error
    server.says("/things", refusal, refusal, things({"id": "1"}))
    assert fetcher.land(make_contract(server.url, ID, throttled=known)).status == "committed"
    # Without Retry-After the wait doubles from one second.
    assert fetcher.time.waits == [1.0, 2.0]
    server.says("/things", Reply({"error": {"code": 100}}, 400))
    assert "HTTP 400" in fetcher.land(make_contract(server.url, ID, table="other", throttled=known)).error


def test_a_limit_s_reset_stands_for_retry_after() -> None:
    now = http_date(DATE)
    # 2026-06-01 12:00:00 UTC is 1,780,315,200 s since 1970; 90 s later the limit is reset.
    assert date_of(1_780_315_200) == DATE
    assert retry_after({"X-RateLimit-Reset": "1780315290"}, now) == "90"
    assert retry_after({"X-RateLimit-Reset": "1780315100"}, now) == "0"
    assert retry_after({"RateLimit-Reset": "7"}, now) == "7"
    assert retry_after({"Retry-After": "3", "X-RateLimit-Reset": "1780315290"}, now) == "3"
    assert retry_after({"X-RateLimit-Reset": "soon"}, now) is None


def test_another_host_is_asked_in_the_vendor_s_place_path_for_path(server: Server, fetcher: Fetcher) -> None:
    asked: list[Asked] = []

    def token(request: Asked) -> Reply:
        asked.append(request)
        return Reply({"access_token": "token-of-the-double", "expires_in": 3600})

    server.route("/oauth/token", token)
    server.says("/v1/things", things({"id": "1"}))
    fetcher.secrets |= {"CLIENT": "client-of-tests", "SECRET": "secret-of-tests"}
    auth = {
        "type": "oauth2_client_credentials", "token_url": "https://login.vendor.example/oauth/token", "client_id_env": "CLIENT",
        "client_secret_env": "SECRET",
    }  # fmt: skip
    contract = make_contract("https://api.vendor.example/v1/", ID, auth=auth)
    assert contract.asking("") is contract
    moved = contract.asking(server.url)
    assert fetcher.land(moved).status == "committed"
    assert (len(asked), server.count("/v1/things")) == (1, 1)
    # What a load remembers does not hang on the host: the next night may ask the vendor itself.
    assert moved.contract_hash == contract.contract_hash
    server.says("/v1/things", Reply({"data": [{"id": "2"}], "next": "https://api.vendor.example/v1/things?page=2"}))
    paged = make_contract("https://api.vendor.example/v1/", ID, auth=auth, table="paged", paginator={"type": "json_link"})
    assert "another origin" in fetcher.land(paged.asking(server.url)).error


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ({"columns": {"id": {"map": {"a": 1}}}}, "rest.columns.id.map: expected the API's words"),
        ({"changes": {"before": "b", "of": []}}, "rest.changes.of: expected the paths"),
        ({"changes": {"before": "b", "of": ["x"], "list": "items"}}, "rest.changes.list: expected it with rest.records"),
        ({"changes": {"before": "b", "of": ["items[0].x"]}}, "rest.changes.now: expected where the record says how it is now"),
        ({"columns": {"id": {"sum": "amount"}}}, "rest.columns.id.sum: expected on a bigint or decimal, this is 'varchar'"),
        ({"throttled": {"statuses": [200], "path": "p", "values": ["1"]}}, "rest.client.throttled.statuses: expected a list of statuses"),
        ({"throttled": {"statuses": [400], "path": "p"}}, "rest.client.throttled.values: expected what is at path"),
    ],
)
def test_each_mistake_is_named(rest: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        make_contract("https://api.vendor.example", ID, **rest)


def test_lists_of_words_are_joined_and_elements_are_found_by_a_field(server: Server, fetcher: Fetcher) -> None:
    server.says(
        "/things",
        things(
            {"id": "1", "tags": ["a", "b"], "labels": [{"name": "x"}, {"name": "y"}], "fields": [{"id": 7, "value": "seven"}]},
            {"id": "2", "tags": [], "labels": None, "fields": [{"id": 8, "value": "eight"}]},
            {"id": "3", "tags": ["a", None], "labels": [{}, {"name": "y"}], "fields": []},
        ),
    )
    columns = {"tags": {"join": ""}, "labels": {"join": "name"}, "seven": {"path": "fields[id=7].value"}}
    contract = make_contract(server.url, {**ID, "tags": "varchar", "labels": "varchar", "seven": "varchar"}, columns=columns)
    assert fetcher.land(contract).quarantined == 0
    assert fetcher.rows(contract) == [("1", "a,b", "x,y", "seven"), ("2", None, None, None), ("3", "a", "y", None)]


def test_only_records_of_the_wanted_words_are_rows(server: Server, fetcher: Fetcher) -> None:
    records = ({"id": "1", "draft": False}, {"id": "2", "draft": True}, {"id": "3", "draft": False, "pull": {}}, {"id": "4", "draft": None})
    server.says("/things", things(*records))
    contract = make_contract(server.url, ID, only={"draft": ["false"], "pull": [None]}, ignored=["*"])
    result = fetcher.land(contract)
    assert (fetcher.rows(contract), result.rows_in) == ([("1",)], 1)
    with pytest.raises(ContractError, match=r"rest\.only\.draft: expected a list of texts or null"):
        make_contract(server.url, ID, only={"draft": [False]})


def test_any_other_word_may_have_a_translation(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "1", "via": "rule"}, {"id": "2", "via": "web"}))
    contract = make_contract(server.url, {**ID, "via": "varchar"}, columns={"via": {"map": {"rule": "rule", "*": "user"}}})
    fetcher.land(contract)
    assert fetcher.rows(contract) == [("1", "rule"), ("2", "user")]


def test_a_request_may_write_the_cursor_otherwise_than_records_do(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "1", "note": None, "at": "2026-01-01T00:00:00Z"}))
    incremental = {
        "cursor_field": "at",
        "param": "start_time",
        "format": "iso8601",
        "param_format": "epoch_seconds",
        "initial": "2025-01-01",
    }
    contract = make_contract(server.url, incremental=incremental)
    fetcher.land(contract)
    fetcher.land(contract)
    # 2025-01-01 and 2026-01-01 00:00 UTC, in seconds since 1970.
    assert [asked.params["start_time"] for asked in server.asked] == ["1735689600", "1767225600"]


def test_a_key_may_have_words_before_it(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", things({"id": "1"}))
    auth = {"type": "api_key", "key_env": "VENDOR_TOKEN", "prefix": "Token token="}
    fetcher.land(make_contract(server.url, ID, auth=auth))
    assert server.asked[0].headers["Authorization"] == "Token token=" + fetcher.secrets["VENDOR_TOKEN"]


def test_numbers_of_a_list_are_added_up_to_the_digit(server: Server, fetcher: Fetcher) -> None:
    body = b"""{"data": [
        {"id": "1", "tax": 7, "taxes": [{"amount": 1}]},
        {"id": "2", "tax": null, "taxes": [{"amount": 100}, {"amount": 23}]},
        {"id": "3", "taxes": [{"amount": 0.1}, {"amount": 0.2}]},
        {"id": "4", "taxes": []},
        {"id": "5", "taxes": null},
        {"id": "6", "taxes": [{"amount": "12"}, {}]},
        {"id": "7", "taxes": [{"amount": 1e70}, {"amount": 1}]}
    ]}"""
    server.says("/things", Reply(body))
    contract = make_contract(server.url, {**ID, "tax": "decimal(18,4)"}, columns={"tax": {"path": ["tax", "taxes"], "sum": "amount"}})
    assert fetcher.land(contract).quarantined == 2
    # A value that is no list is taken as it is; a tenth and two tenths are three tenths, which no float says; of no taxes the sum is 0.
    assert fetcher.rows(contract) == [
        ("1", Decimal(7)), ("2", Decimal(123)), ("3", Decimal("0.3")), ("4", Decimal(0)), ("5", None),
    ]  # fmt: skip
    reasons = "; ".join(fetcher.rejected(contract)["reason"])
    assert "tax: expected a number at 'amount' of each element" in reasons and "at most 60 digits" in reasons


def test_a_change_within_a_list_is_a_row_only_when_it_is_another(server: Server, fetcher: Fetcher) -> None:
    def event(number: int, end: int, quantity: int, before: Any) -> dict[str, Any]:
        return {"id": f"e{number}", "object": {"items": [{"end": end, "quantity": quantity}]}, "before": before}

    server.says(
        "/things",
        things(
            event(1, 10, 1, None),
            # The list is there because of the quantity; its end is what it was.
            event(2, 10, 2, {"items": [{"end": 10, "quantity": 1}]}),
            event(3, 20, 2, {"items": [{"end": 10, "quantity": 2}]}),
            event(4, 20, 2, {"note": "other"}),
            event(5, 20, 2, {"items": []}),
        ),
    )
    changes = {"before": "before", "now": "object", "of": ["items[0].end"]}
    contract = make_contract(
        server.url, {**ID, "end": "bigint"}, columns={"end": {"path": "object.items[0].end"}}, changes=changes, ignored=["*"]
    )
    assert fetcher.land(contract).quarantined == 0
    assert fetcher.rows(contract) == [("e1", 10), ("e3", 20), ("e5", 20)]
