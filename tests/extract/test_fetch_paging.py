"""Every way from one page to the next, what is asked for, and what a job that writes an export goes through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.extract.house import Fetcher, make_contract
from tests.extract.server import Asked, Reply, Server

IDS = [f"{number:02d}" for number in range(7)]
COLUMNS = {"id": ("varchar", {"required": True})}


def records(ids: list[str]) -> list[dict[str, Any]]:
    return [{"id": identity} for identity in ids]


def by_cursor(asked: Asked) -> Reply:
    at = int(asked.params.get("cursor", 0))
    following = at + 3 if at + 3 < len(IDS) else None
    return Reply({"data": records(IDS[at : at + 3]), "meta": {"next": following}, "done": following is None})


def by_body_cursor(asked: Asked) -> Reply:
    at = int(asked.json.get("page", {}).get("after", 0))
    return Reply({"data": records(IDS[at : at + 3]), "meta": {"next": str(at + 3) if at + 3 < len(IDS) else None}})


def by_last_id(asked: Asked) -> Reply:
    at = IDS.index(asked.params["starting_after"]) + 1 if "starting_after" in asked.params else 0
    return Reply({"data": records(IDS[at : at + 3]), "has_more": at + 3 < len(IDS)})


def by_header(asked: Asked) -> Reply:
    at = int(asked.params.get("at", 0))
    # As GitHub writes it: several relations in one header.
    link = f'</things?at={at + 3}&per=3>; rel="next", </things?at=0>; rel="first"' if at + 3 < len(IDS) else '</things?at=0>; rel="first"'
    return Reply(records(IDS[at : at + 3]), headers={"Link": link})


def by_link(asked: Asked) -> Reply:
    at = int(asked.params.get("at", 0))
    # An incremental export: there is always a next address, and a word for the end.
    return Reply({"data": records(IDS[at : at + 3]), "next_page": f"/things?at={at + 3}", "end_of_stream": at + 3 >= len(IDS)})


def by_number(asked: Asked) -> Reply:
    at = (int(asked.params["page"]) - 1) * 3
    return Reply({"data": records(IDS[at : at + 3]), "pages": 3})


def by_offset(asked: Asked) -> Reply:
    at, limit = int(asked.params["offset"]), int(asked.params["limit"])
    return Reply({"data": records(IDS[at : at + limit]), "total": len(IDS)})


#: name -> (what the server does, paginator, endpoint, parameters of each request in order)
WAYS: dict[str, tuple[Any, dict[str, Any], dict[str, Any], list[dict[str, str]]]] = {
    "cursor": (
        by_cursor,
        {"type": "cursor", "cursor_path": "meta.next", "cursor_param": "cursor"},
        {},
        [{}, {"cursor": "3"}, {"cursor": "6"}],
    ),
    "cursor with a word for the end": (
        by_cursor,
        {"type": "cursor", "cursor_path": "meta.next", "cursor_param": "cursor", "end_path": "done"},
        {},
        [{}, {"cursor": "3"}, {"cursor": "6"}],
    ),
    "cursor in the body": (
        by_body_cursor,
        {"type": "cursor", "cursor_path": "meta.next", "cursor_body_path": "page.after"},
        {"method": "POST", "json": {"page": {}}},
        [{}, {}, {}],
    ),
    "starting_after": (
        by_last_id,
        {"type": "starting_after"},
        {"params": {"limit": 3}},
        [{"limit": "3"}, {"limit": "3", "starting_after": "02"}, {"limit": "3", "starting_after": "05"}],
    ),
    "header_link": (by_header, {"type": "header_link"}, {"data_selector": "$"}, [{}, {"at": "3", "per": "3"}, {"at": "6", "per": "3"}]),
    "json_link": (
        by_link,
        {"type": "json_link", "next_url_path": "next_page", "end_path": "end_of_stream"},
        {},
        [{}, {"at": "3"}, {"at": "6"}],
    ),
    "page_number": (by_number, {"type": "page_number", "total_path": "pages"}, {}, [{"page": "1"}, {"page": "2"}, {"page": "3"}]),
    # Nothing says how many there are: the first empty page is the end.
    "page_number to an empty page": (by_number, {"type": "page_number"}, {}, [{"page": "1"}, {"page": "2"}, {"page": "3"}, {"page": "4"}]),
    "offset": (
        by_offset,
        {"type": "offset", "limit": 3, "total_path": "total"},
        {},
        [{"offset": str(at), "limit": "3"} for at in (0, 3, 6)],
    ),
    # Each page begins with the last row of the one before: 0-2, 2-4, 4-6, and 6 < 7 leads to 6.
    "offset with overlap": (
        by_offset,
        {"type": "offset", "limit": 3, "overlap": 1, "total_path": "total"},
        {},
        [{"offset": str(at), "limit": "3"} for at in (0, 2, 4, 6)],
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_paginator_gets_every_row_once(server: Server, fetcher: Fetcher, way: str) -> None:
    route, paginator, endpoint, asked = WAYS[way]
    server.route("/things", route)
    contract = make_contract(server.url, COLUMNS, paginator=paginator, endpoint=endpoint)
    result = fetcher.land(contract)
    assert result.error == ""
    assert [row[0] for row in fetcher.rows(contract)] == IDS
    assert [each.params for each in server.asked] == asked
    assert result.rows_in - result.duplicates == len(IDS)


def test_a_single_object_is_one_row(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"id": "only"}))
    contract = make_contract(server.url, COLUMNS, endpoint={"data_selector": "$", "object": True})
    fetcher.land(contract)
    assert fetcher.rows(contract) == [("only",)]


def test_rows_that_move_up_while_counted_are_seen_by_the_overlap(server: Server, fetcher: Fetcher) -> None:
    """Row 00 is deleted after the first page of three: without overlap, row 03 would slip from the second page to the first."""
    left = list(IDS)

    def moving(asked: Asked) -> Reply:
        at = int(asked.params["offset"])
        page = records(left[at : at + 3])
        if at == 0 and len(left) == len(IDS):
            left.pop(0)
        return Reply({"data": page})

    server.route("/things", moving)
    contract = make_contract(server.url, COLUMNS, paginator={"type": "offset", "limit": 3, "overlap": 1})
    assert fetcher.land(contract).error == ""
    # After one pop, offset 2 holds 03 04 05: no row of it is the last of 00 01 02, so everything is read once more.
    assert [row[0] for row in fetcher.rows(contract)] == IDS
    assert [asked.params["offset"] for asked in server.asked].count("0") == 2


def test_a_total_that_changes_while_counted_reads_once_more(server: Server, fetcher: Fetcher) -> None:
    left = list(IDS)

    def moving(asked: Asked) -> Reply:
        at = (int(asked.params["page"]) - 1) * 3
        reply = Reply({"data": records(left[at : at + 3]), "pages": 3 if len(left) == 7 else 2})
        if at == 0 and len(left) == 7:
            left.pop(0)
        return reply

    server.route("/things", moving)
    contract = make_contract(server.url, COLUMNS, paginator={"type": "page_number", "total_path": "pages"})
    assert fetcher.land(contract).error == ""
    # First pass: 00 01 02, then 04 05 06 of the six that are left, 03 slipped; second pass: 01 02 03, 04 05 06.
    assert [row[0] for row in fetcher.rows(contract)] == IDS
    assert [asked.params["page"] for asked in server.asked] == ["1", "2", "1", "2"]


JOB = {
    "type": "job",
    "start": {"path": "exports", "json": {"what": "things"}, "id_path": "job.id"},
    "poll": {"path": "exports/{job_id}", "status_path": "status", "done": ["completed"], "failed": ["failed"], "url_path": "urls"},
    "download": {"format": "ndjson"},
}


def job(server: Server, *statuses: dict[str, Any]) -> None:
    server.says("/exports", Reply({"job": {"id": 7}}, 201))
    server.says("/exports/7", *(Reply(status) for status in statuses))
    server.says("/file/1", Reply(b'{"id": "a"}\n{"id": "b"}\n', content_type="application/x-ndjson"))
    server.says("/file/2", Reply(b'{"id": "c"}', content_type="application/x-ndjson"))


def test_a_job_is_started_waited_for_and_downloaded(server: Server, fetcher: Fetcher) -> None:
    job(server, {"status": "queued"}, {"status": "running"}, {"status": "completed", "urls": ["/file/1", "/file/2"]})
    contract = make_contract(server.url, COLUMNS, paginator=JOB)
    assert fetcher.land(contract).error == ""
    assert fetcher.rows(contract) == [("a",), ("b",), ("c",)]
    assert [(asked.method, asked.path) for asked in server.asked] == [
        ("POST", "/exports"),
        ("GET", "/exports/7"),
        ("GET", "/exports/7"),
        ("GET", "/exports/7"),
        ("GET", "/file/1"),
        ("GET", "/file/2"),
    ]
    assert server.asked[0].json == {"what": "things"}
    assert fetcher.time.waits == [5, 5]


def test_a_job_that_takes_too_long_is_gone_on_with_and_not_started_again(server: Server, fetcher: Fetcher) -> None:
    job(server, {"status": "running"})
    contract = make_contract(server.url, COLUMNS, paginator=JOB, limits={"run_deadline_seconds": 12})
    assert "run deadline of 12 s" in fetcher.land(contract).error
    server.says("/exports/7", Reply({"status": "completed", "urls": "/file/1"}))
    assert fetcher.land(contract).status == "committed"
    assert (server.count("/exports"), server.count("/file/1")) == (1, 1)


@pytest.mark.parametrize("ended", [{"status": "failed"}, {"state": "completed"}])
def test_a_job_that_failed_is_said_and_started_anew_at_the_next_run(server: Server, fetcher: Fetcher, ended: dict[str, Any]) -> None:
    job(server, ended)
    contract = make_contract(server.url, COLUMNS, paginator=JOB)
    assert "the export job failed: expected completed at 'status'" in fetcher.land(contract).error
    job(server, {"status": "completed", "urls": ["/file/1"]})
    assert fetcher.land(contract).status == "committed"
    assert server.count("/exports") == 2


def test_a_job_that_wrote_nothing_is_an_empty_load(server: Server, fetcher: Fetcher) -> None:
    job(server, {"status": "completed", "urls": []})
    assert fetcher.land(make_contract(server.url, COLUMNS, paginator=JOB)).rows_in == 0


def test_a_download_on_another_host_is_refused_unless_listed_and_then_gets_no_credentials(server: Server, fetcher: Fetcher) -> None:
    other = Server()
    signature = "X-Signature=0123456789abcdef"
    other.says("/file", Reply(b'{"id": "a"}'))
    job(server, {"status": "completed", "urls": [f"{other.url}/file?{signature}"]})
    assert f"download from another origin ({other.url}) refused" in fetcher.land(make_contract(server.url, COLUMNS, paginator=JOB)).error
    assert other.asked == []

    contract = make_contract(
        server.url, COLUMNS, paginator={**JOB, "download": {"format": "ndjson", "origins": [other.url]}}, headers={"X-Team": "data"}
    )
    assert fetcher.land(contract).error == ""
    assert fetcher.rows(contract) == [("a",)]
    assert {"Authorization", "X-Team"} & other.asked[0].headers.keys() == set()
    kept = b"".join(path.read_bytes() for path in (fetcher.lake / "_raw").rglob("*.json"))
    assert signature.encode() not in kept
    other.close()


def test_parameters_and_body_take_their_placeholders(server: Server, fetcher: Fetcher) -> None:
    server.says("/v2/acc%207/things", Reply({"data": records(["a"])}))
    fetcher.secrets["VENDOR_ACCOUNT"] = "acc 7"
    contract = make_contract(
        server.url + "/v2",
        {**COLUMNS, "n": ("bigint", {})},
        may_be_absent=["n"],
        variables={"account": "VENDOR_ACCOUNT"},
        incremental={"cursor_field": "n", "format": "number", "initial": "40"},
        endpoint={
            "path": "{account}/things",
            "method": "POST",
            "params": {"archived": False},
            "json": {"filters": [{"field": "n", "from": "{since}", "of": "{account}/{since}"}]},
        },
    )
    server.says("/v2/acc%207/things", Reply({"data": [{"id": "a", "n": 41}]}))
    assert fetcher.land(contract).error == ""
    assert server.asked[0].params == {"archived": "false"}
    assert json.loads(server.asked[0].body) == {"filters": [{"field": "n", "from": 40, "of": "acc 7/40"}]}
    assert fetcher.state(contract)["high_water"] == 41
