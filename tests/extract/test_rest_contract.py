"""`meta.rest`: what a source may say, what lies beneath it, and how each mistake is answered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.raw import comes_over_rest
from orchestration.contracts import ContractError, build_contract, load_contracts
from orchestration.settings import Settings
from tests.extract.house import make_contract
from tests.landing.test_contracts import manifest

URL = "https://api.vendor.example"
BEARER = {"type": "bearer", "token_env": "VENDOR_TOKEN"}
REST = {"client": {"base_url": URL}, "endpoint": {"path": "things"}}


def build(rest: Any, transport: str = "rest", **meta: Any) -> Any:
    given = {"transport": transport, "rest": rest, "timestamp_format": "%Y-%m-%dT%H:%M:%S%z", **meta}
    return build_contract("vendor", "things", given, [{"name": "id", "data_type": "varchar"}, {"name": "at", "data_type": "timestamp"}])


MISTAKES: list[tuple[dict[str, Any], list[str]]] = [
    ({"client": None}, ["rest.client: expected settings, got none"]),
    ({"endpoint": None}, ["rest.endpoint: expected settings, got none"]),
    ({"clients": {}}, ["rest.clients: expected a known setting", "did you mean 'client'?"]),
    ({"client": {}}, ["rest.client: expected settings"]),
    ({"client": {"auth": BEARER}}, ["rest.client: expected base_url or base_url_env, got neither"]),
    ({"client": {"base_url": URL, "base_url_env": "VENDOR_URL"}}, ["got both"]),
    ({"client": {"base_url": "api.vendor.example"}}, ["rest.client.base_url: expected https://host"]),
    ({"client": {"base_url": "https://me:secret@api.vendor.example"}}, ["without user and query"]),
    ({"client": {"base_url_env": "vendor-url"}}, ["rest.client.base_url_env: expected the name of a variable in capitals"]),
    ({"client": {"base_url": URL, "auth": {"type": "token"}}}, ["rest.client.auth.type: expected none or bearer", "got 'token'"]),
    ({"client": {"base_url": URL, "auth": {"type": "bearer"}}}, ["rest.client.auth.token_env: expected the name of a variable, got none"]),
    (
        {"client": {"base_url": URL, "auth": {"type": "bearer", "token_env": "sk_live_1"}}},
        ["expected the name of a variable in capitals, got something else"],
    ),
    ({"client": {"base_url": URL, "auth": {**BEARER, "key_env": "X"}}}, ["rest.client.auth.key_env: expected a known setting"]),
    (
        {"client": {"base_url": URL, "auth": {"type": "api_key", "key_env": "K", "location": "cookie"}}},
        ["location: expected header or query"],
    ),
    ({"client": {"base_url": URL, "headers": {"X-Api-Key": "abc"}}}, ["headers.X-Api-Key: expected no secret in the YAML", "headers_env"]),
    ({"client": {"base_url": URL, "headers": {"X-Version": 2}}}, ["headers.X-Version: expected text, got 2"]),
    ({"client": {"base_url": URL, "paginator": {"type": "pages"}}}, ["paginator.type: expected single_page or cursor"]),
    ({"client": {"base_url": URL, "paginator": {"type": "cursor"}}}, ["paginator.cursor_path: expected a value, got none"]),
    ({"client": {"base_url": URL, "paginator": {"type": "cursor", "cursor_path": "next"}}}, ["expected cursor_param or cursor_body_path"]),
    ({"client": {"base_url": URL, "paginator": {"type": "offset", "limit": 0}}}, ["limit: expected a whole number of at least 1, got 0"]),
    ({"client": {"base_url": URL, "paginator": {"type": "offset", "limit": 5, "overlap": 5}}}, ["overlap: expected fewer rows than limit"]),
    ({"client": {"base_url": URL, "paginator": {"type": "header_link", "limit": 5}}}, ["paginator.limit: expected a known setting"]),
    (
        {"client": {"base_url": URL, "paginator": {"type": "job", "start": {"path": "a", "id_path": "id"}}}},
        ["paginator.poll: expected settings"],
    ),
    (
        {
            "client": {
                "base_url": URL,
                "paginator": {"type": "job", "start": {"path": "a", "id_path": "id"}, "poll": {"path": "b", "status_path": "s"}},
            }
        },
        ["poll.done: expected the words of status_path that mean finished"],
    ),
    ({"endpoint": {"data_selector": "data"}}, ["rest.endpoint.path: expected text, got none"]),
    ({"endpoint": {"path": "things", "method": "PUT"}}, ["rest.endpoint.method: expected GET or POST, got 'PUT'"]),
    ({"endpoint": {"path": "things", "optional": "yes"}}, ["rest.endpoint.optional: expected true or false, got 'yes'"]),
    ({"endpoint": {"path": "things", "json": [1]}}, ["rest.endpoint.json: expected the keys and values of a request's body"]),
    ({"incremental": {"param": "since"}}, ["rest.incremental.cursor_field: expected text, got none"]),
    ({"incremental": {"cursor_field": "at", "format": "unix"}}, ["rest.incremental.format: expected iso8601 or date"]),
    ({"incremental": {"cursor_field": "at", "initial": "last week"}}, ["rest.incremental.initial: expected a date or time"]),
    (
        {"incremental": {"cursor_field": "at", "lag_seconds": -1}},
        ["rest.incremental.lag_seconds: expected a whole number of at least 0, got -1"],
    ),
    ({"incremental": {"cursor_field": "at", "window_days": 30}}, ["rest.incremental.window_days: expected with an initial date"]),
    ({"rate_budget": {"requests": 0, "per_seconds": 1}}, ["rest.rate_budget.requests: expected a whole number of at least 1"]),
    ({"limits": {"max_page": 1}}, ["rest.limits.max_page: expected a known setting", "did you mean 'max_pages'?"]),
    ({"limits": {"max_pages": True}}, ["rest.limits.max_pages: expected a whole number"]),
    ({"parent": {"table": "others"}}, ["rest.parent.field: expected text, got none"]),
    ({"records": "items"}, ["rest.records: expected a path to a list ending with [*]", "write items[*]"]),
    ({"columns": {"ids": {"path": "x"}}}, ["rest.columns: expected one of its columns, got 'ids'", "did you mean"]),
    ({"columns": {"at": {"source_name": "x"}}}, ["rest.columns.at.source_name: expected path"]),
    ({"columns": {"at": {"time": "epoch"}}}, ["rest.columns.at.time: expected epoch_seconds"]),
    ({"columns": {"id": {"time": "epoch_seconds"}}}, ["rest.columns.id.time: expected on a timestamp only"]),
    ({"columns": {"id": {"requierd": True}}}, ["did you mean 'required'?"]),
    ({"may_be_absent": ["note"]}, ["rest.may_be_absent: expected the path of one of its columns, got 'note'"]),
    ({"ignored": [1]}, ["rest.ignored: expected a list of texts"]),
]


@pytest.mark.parametrize(("given", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_each_mistake_is_named_with_what_to_write(given: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ContractError) as caught:
        build({**REST, **given})
    assert str(caught.value).startswith("vendor.things")
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)
    # Whoever pastes a secret where a name belongs must not read it in a log.
    assert "sk_live" not in str(caught.value)


def test_a_client_is_written_once_for_a_source() -> None:
    """rest_defaults lie beneath, key by key; another type of paginator takes nothing of the one beneath."""
    defaults = {
        "client": {"base_url": URL, "auth": BEARER, "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "after"}},
        "limits": {"max_pages": 7, "max_retries": 1},
    }
    same = build({"endpoint": {"path": "things"}, "limits": {"max_retries": 2}}, rest_defaults=defaults).rest
    assert (same.client.auth.token_env, same.client.paginator.cursor_param) == ("VENDOR_TOKEN", "after")
    assert (same.limits.max_pages, same.limits.max_retries) == (7, 2)
    other = build({"endpoint": {"path": "things"}, "client": {"paginator": {"type": "offset", "limit": 5}}}, rest_defaults=defaults).rest
    assert (other.client.base_url, other.client.paginator.type, other.client.paginator.cursor_path) == (URL, "offset", "")


def test_rest_with_a_transport_by_file_is_a_mistake() -> None:
    with pytest.raises(ContractError, match="write transport: both"):
        build(REST, transport="file")


def test_a_contract_by_file_keeps_its_hash_and_one_over_rest_counts_what_changes_rows() -> None:
    plain = build_contract("vendor", "things", {}, [{"name": "id", "data_type": "varchar"}])
    # As it was before there was REST: loads of that time must not count as of an older contract.
    assert plain.contract_hash == replace(plain, transport="both").contract_hash
    one = make_contract(URL)
    assert one.contract_hash == make_contract("https://other.example", limits={"max_pages": 3}).contract_hash
    assert one.contract_hash != make_contract(URL, may_be_absent=["note"]).contract_hash
    assert one.contract_hash != make_contract(URL, endpoint={"data_selector": "items"}).contract_hash


def test_hashes_of_a_column_are_salted_over_rest_too(tmp_path: Path) -> None:
    column = {"data_type": "varchar", "config": {"meta": {"derive": "hash", "source_name": "email"}}}
    path = manifest(tmp_path, {"transport": "rest", "rest": REST}, {"id": {"data_type": "varchar"}, "who": column})
    made = load_contracts(path, "a salt")["vendor", "things"]
    assert made.over_rest.column("who").salt == "a salt"


@pytest.mark.parametrize(
    ("transport", "said", "rest"),
    [("file", {}, False), ("rest", {}, True), ("both", {}, False), ("both", {"vendor": "rest"}, True), ("both", {"other": "rest"}, False)],
)
def test_the_company_says_how_a_source_arrives_that_has_both_ways(transport: str, said: dict[str, str], rest: bool) -> None:
    settings = Settings()
    settings.__dict__["company"] = settings.company.model_copy(update={"transports": said})
    contract = (
        build(REST, transport) if transport != "file" else build_contract("vendor", "things", {}, [{"name": "id", "data_type": "varchar"}])
    )
    assert comes_over_rest(contract, settings) is rest


def test_a_secret_comes_from_the_environment_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_TOKEN", "abc")
    monkeypatch.delenv("VENDOR_OTHER", raising=False)
    settings = Settings()
    assert (settings.secret("VENDOR_TOKEN"), settings.secret("VENDOR_OTHER")) == ("abc", "")
    assert "transports" not in settings.dbt_vars


@pytest.mark.parametrize(
    ("table", "field", "words"),
    [
        ("thing", "id", ["got 'thing'", "did you mean 'things'?"]),
        ("notes", "id", ["notes -> notes, a circle"]),
        ("things", "idd", ["rest.parent.field: expected one of its columns, got 'idd'", "did you mean 'id'?"]),
    ],
)
def test_a_child_asks_about_a_table_that_is_there(tmp_path: Path, table: str, field: str, words: list[str]) -> None:
    path = manifest(tmp_path, {"transport": "rest", "rest": REST}, {"id": {"data_type": "varchar"}})
    nodes = json.loads(path.read_text())
    child = {**REST, "parent": {"table": table, "field": field, "param": "thing"}}
    nodes["sources"]["c"] = {**nodes["sources"]["a"], "name": "notes", "config": {"meta": {"transport": "rest", "rest": child}}}
    path.write_text(json.dumps(nodes))
    with pytest.raises(ContractError) as caught:
        load_contracts(path)
    assert [word for word in ["vendor.notes", *words] if word not in str(caught.value)] == [], str(caught.value)
