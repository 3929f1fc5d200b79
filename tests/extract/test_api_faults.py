"""The APIs table of the fault list as one parametrised test: an answer in, an outcome out.

Whatever happens: nothing is lost, and once the API is well again the next run lands the very rows that it has.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.extract.house import CANARY, PAGE, Fetcher, make_contract
from tests.extract.server import Drip, Reply, Server

ROW = PAGE["data"][0]
GOOD = Reply(PAGE)
LANDED = [("a", "1")]
LIMITS = {"max_retries": 2, "max_wait_seconds": 30.0}
CURSOR = {"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"}
BY_PAGE = {"type": "page_number", "has_more_path": "more"}


def more(identity: str, cursor: str) -> Reply:
    return Reply({"data": [{**ROW, "id": identity}], "next": cursor})


def always(reply: Reply | bytes | None) -> Callable[[Server], None]:
    return lambda server: server.says("/things", reply)


def in_turn(*replies: Reply | bytes | None) -> Callable[[Server], None]:
    return lambda server: server.says("/things", *replies)


def elsewhere(server: Server) -> None:
    """The next page is on another origin: the same host, another port."""
    server.says("/things", Reply({"data": [ROW], "next": "http://127.0.0.1:9/things?page=2"}))


def redirects(to: str) -> Callable[[Server], None]:
    def arrange(server: Server) -> None:
        server.says("/things", Reply(b"", 302, {"Location": to}))
        server.says("/moved", GOOD)

    return arrange


@dataclass(frozen=True)
class Fault:
    """name; what the server does; what the contract says; then what must come of it.

    words: of the error (status failed) or of a warning. waits: seconds waited before each repetition. asked: requests made.
    pages: kept in all. bad: words of the one reason in quarantine.
    """

    name: str
    arrange: Callable[[Server], None]
    rest: dict[str, Any] = field(default_factory=dict)
    status: str = "committed"
    words: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=lambda: LANDED)
    waits: list[float] | None = None
    asked: int | None = None
    pages: int = 1
    bad: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


def failed(name: str, arrange: Callable[[Server], None], *words: str, **given: Any) -> Fault:
    return Fault(name, arrange, status="failed", words=words, rows=[], **{"pages": 0, **given})


def retried(name: str, reply: Reply | bytes | None, waits: list[float], **given: Any) -> Fault:
    """Two bad answers and a good one: the good one lands after two waits."""
    return Fault(name, in_turn(reply, reply, GOOD), waits=waits, asked=3, **given)


def given_up(name: str, reply: Reply | bytes | None, *words: str, **given: Any) -> Fault:
    """Never a good answer: one attempt and two repetitions."""
    return failed(name, always(reply), *words, asked=3, waits=[1, 2], **given)


# With nothing said, the wait doubles from a second: 1, 2.
FAULTS = [
    failed("401", always(Reply({"message": "no"}, 401)), "HTTP 401", "VENDOR_TOKEN", asked=1, waits=[]),
    failed("403", always(Reply({"message": "no"}, 403)), "HTTP 403", "VENDOR_TOKEN", asked=1, waits=[]),
    failed("404", always(Reply({}, 404)), "HTTP 404", "path", asked=1, waits=[]),
    Fault("404 of an optional table", always(Reply({}, 404)), {"endpoint": {"optional": True}}, rows=[], asked=1),
    failed("400 says why", always(Reply({"error": {"message": "since is no date"}}, 400)), "HTTP 400", "since is no date", asked=1),
    *(retried(f"{status}, then well", Reply({}, status), [1, 2]) for status in (408, 409, 425, 429, 500, 502, 503, 504)),
    *(given_up(f"{status} for ever", Reply({}, status), f"HTTP {status}", "3 times") for status in (408, 409, 425, 429, 500, 503)),
    retried("429, Retry-After in seconds", Reply({}, 429, {"Retry-After": "7"}), [7, 7]),
    # 12:00:09 less the server's own 12:00:00; our clock is far away from both.
    retried("429, Retry-After as a date", Reply({}, 429, {"Retry-After": "Mon, 01 Jun 2026 12:00:09 GMT"}), [9, 9]),
    retried("429, Retry-After as a date, no Date", Reply({}, 429, {"Retry-After": "Mon, 01 Jun 2026 12:00:09 GMT"}, date=None), [1, 2]),
    retried("429, Retry-After long past", Reply({}, 429, {"Retry-After": "Mon, 01 Jun 2020 12:00:09 GMT"}), [1, 2]),
    retried("429, Retry-After absurd", Reply({}, 429, {"Retry-After": "86400000"}), [30, 30]),
    retried("429, Retry-After past any number", Reply({}, 429, {"Retry-After": "9" * 400}), [30, 30]),
    retried("429, Retry-After no time at all", Reply({}, 429, {"Retry-After": "soon"}), [1, 2]),
    retried("429, Retry-After negative", Reply({}, 429, {"Retry-After": "-5"}), [1, 2]),
    retried("403 that is a rate limit", Reply({}, 403, {"Retry-After": "3"}), [3, 3]),
    failed(
        "429 beyond the run's deadline",
        always(Reply({}, 429, {"Retry-After": "20"})),
        "HTTP 429",
        "run deadline of 45 s",
        rest={"limits": {"max_wait_seconds": 30, "run_deadline_seconds": 45, "max_retries": 9}},
        asked=3,
        waits=[20, 20],
    ),
    retried("reset", None, [1, 2]),
    given_up("reset for ever", None, "connection reset", "3 times"),
    retried("body cut off", Reply(PAGE, cut=10), [1, 2]),
    given_up("body cut off for ever", Reply(PAGE, cut=10), "body cut off"),
    retried("chunked body cut off", b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"data": [', [1, 2]),
    retried("no HTTP at all", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", [1, 2]),
    retried("gzip that is none", Reply(b"not gzip", headers={"Content-Encoding": "gzip"}), [1, 2]),
    failed(
        "200 with HTML",
        always(Reply(b"<!DOCTYPE html><html>Sign in</html>", content_type="text/html")),
        "expected JSON",
        "got HTML (text/html)",
    ),
    failed("200 with HTML that says JSON", always(Reply(b"<html></html>")), "expected JSON", "got HTML"),
    failed("200 without a body", always(Reply(b"")), "expected JSON", "an empty body"),
    failed("200 with half of JSON", always(Reply(b'{"data": [{"id": "a"')), "expected JSON", "break off"),
    failed("200 without the data key", always(Reply({"items": [ROW]})), "expected a list of records at 'data'", "an object with items"),
    failed("200 with data null", always(Reply({"data": None})), "expected a list of records at 'data'", "got null"),
    failed("200 with data an object", always(Reply({"data": {"a": ROW}})), "expected a list of records at 'data'", "got an object with a"),
    failed(
        "200 with an error", always(Reply({"error": {"message": "quota"}})), "expected a list of records", "error with status 200", "quota"
    ),
    failed("200 with an error beside data", always(Reply({"data": [], "errors": [{"message": "half"}]})), "error with status 200", "half"),
    failed("200 with records that are none", always(Reply({"data": ["a"]})), "expected an object for each record", "a str"),
    Fault("200 with an empty list", always(Reply({"data": []})), rows=[], words=("0 rows",)),
    failed(
        "slow drip of a body",
        always(Reply(PAGE, drip=0.05)),
        "no whole answer within 0.3 s",
        rest={"limits": {"request_deadline_seconds": 0.3, "max_retries": 0}},
        asked=1,
    ),
    failed(
        "slow drip over the run",
        always(Reply(PAGE, drip=0.05)),
        "no whole answer within 0.2 s",
        rest={"limits": {"run_deadline_seconds": 0.2, "max_retries": 0}},
        asked=1,
    ),
    failed(
        "repeated cursor",
        lambda server: server.route("/things", lambda asked: more("b", {"": "x", "x": "y", "y": "x"}[asked.params.get("cursor", "")])),
        "cursor repeated",
        rest={"paginator": CURSOR},
        asked=3,
        pages=2,
    ),
    failed("cursor that stays", always(more("a", "x")), "cursor repeated", rest={"paginator": CURSOR}, asked=2, pages=1),
    failed(
        "page cap",
        lambda server: server.route("/things", lambda asked: more("b", asked.params.get("cursor", "") + "x")),
        "page cap: 4 pages",
        rest={"paginator": CURSOR, "limits": {"max_pages": 4}},
        asked=4,
        pages=4,
    ),
    failed("page over the size cap", always(Reply(PAGE)), "page over 20 bytes", rest={"limits": {"max_page_bytes": 20}}, asked=1),
    Fault(
        "empty pages that say more",
        in_turn(Reply({"data": [ROW], "more": True}), Reply({"data": [], "more": True})),
        {"paginator": BY_PAGE},
        words=("3 empty pages",),
        asked=4,
        pages=4,
    ),
    Fault(
        "two empty pages that say more",
        in_turn(Reply({"data": [], "more": True}), Reply({"data": [], "more": True}), Reply({"data": [ROW], "more": False})),
        {"paginator": BY_PAGE},
        asked=3,
        pages=3,
    ),
    failed(
        "more without a cursor",
        always(Reply({"data": [ROW], "more": True, "next": None})),
        "more follow (more) but not where",
        rest={"paginator": {**CURSOR, "has_more_path": "more"}},
    ),
    failed("says nothing of more", always(Reply({"data": [ROW]})), "expected true or false at 'more'", rest={"paginator": BY_PAGE}),
    Fault(
        "duplicate pages",
        in_turn(Reply({"data": [ROW], "more": True}), Reply({"data": [ROW], "more": True}), Reply({"data": [ROW], "more": False})),
        {"paginator": BY_PAGE},
        asked=3,
        pages=3,
    ),
    failed(
        "next on another origin",
        elsewhere,
        "another origin (http://127.0.0.1:9) refused",
        rest={"paginator": {"type": "json_link"}},
        asked=1,
    ),
    failed("redirect to another origin", redirects("http://127.0.0.1:9/things"), "another origin (http://127.0.0.1:9) refused", asked=1),
    failed("redirect to a file", redirects("file:///etc/passwd"), "another origin", asked=1),
    failed("redirects in a circle", redirects("/things"), "over 5 redirects", asked=6),
    Fault("redirect on the same origin", redirects("/moved"), asked=2),
    Fault("new field", always(Reply({"data": [{**ROW, "extra": 1}]})), words=("new columns kept", "extra")),
    failed(
        "new field that the contract refuses",
        always(Reply({"data": [{**ROW, "extra": 1}]})),
        "new column 'extra'",
        meta={"on_new_column": "fail"},
        pages=1,
    ),
    failed("field missing everywhere", always(Reply({"data": [{"id": "a", "at": ROW["at"]}]})), "lacks 'note'", pages=1),
    Fault("field missing in one record", always(Reply({"data": [ROW, {"id": "b", "at": ROW["at"]}]})), bad="expected a field 'note'"),
    Fault("required field null", always(Reply({"data": [ROW, {**ROW, "id": None}]})), bad="null in a key column"),
    Fault("changed type", always(Reply({"data": [ROW, {**ROW, "id": "b", "at": 1767225600}]})), bad="expected timestamp"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_has_its_outcome_and_the_next_run_converges(fault: Fault, server: Server, fetcher: Fetcher) -> None:
    fault.arrange(server)
    given = dict(fault.rest)
    contract = make_contract(server.url, meta=fault.meta, limits={**LIMITS, **given.pop("limits", {})}, **given)

    result = fetcher.land(contract)

    assert (result.status, result.error) == (fault.status, result.error if fault.status == "failed" else ""), result.error
    told = result.error if fault.status == "failed" else " ".join(result.warnings)
    assert [word for word in fault.words if word not in told] == [], told
    assert CANARY not in told
    assert fetcher.rows(contract, "id", "note") == fault.rows
    if fault.waits is not None:
        assert fetcher.time.waits == fault.waits
    if fault.asked is not None:
        assert len(server.asked) == fault.asked
    assert len(fetcher.pages(contract)) == fault.pages
    reasons = fetcher.rejected(contract)["reason"].to_list()
    assert [fault.bad in reason for reason in reasons] == [True] * bool(fault.bad)
    assert result.rows_in == result.accepted + result.quarantined + result.duplicates

    # The API is well again, with one row more.
    server.says("/things", Reply({"data": [ROW, {**ROW, "id": "z", "note": "9"}], "next": None, "more": False}))
    well = make_contract(server.url, **{name: value for name, value in fault.rest.items() if name != "limits"})
    assert fetcher.land(well).status == "committed"
    assert fetcher.rows(well, "id", "note")[-1] == ("z", "9")
    assert fetcher.rows(well, "id", "note")[0] == ("a", "1")


def test_a_host_that_is_not_there_is_asked_again_and_then_said(fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    result = fetcher.land(make_contract("https://api.vendor.example", limits=LIMITS))
    assert "host not found (DNS)" in result.error
    assert fetcher.time.waits == [1, 2]


def test_a_server_without_tls_where_tls_is_wanted_is_asked_again_and_then_said(server: Server, fetcher: Fetcher) -> None:
    result = fetcher.land(make_contract(server.url.replace("http:", "https:"), limits=LIMITS))
    assert "TLS failed" in result.error
    assert fetcher.time.waits == [1, 2]


def test_credentials_go_to_no_address_in_the_clear(fetcher: Fetcher) -> None:
    assert "expected an https address" in fetcher.land(make_contract("http://api.vendor.example")).error


def test_headers_that_drip_are_late_too(server: Server, fetcher: Fetcher) -> None:
    """Each byte comes long before any socket timeout; together they would take 20 seconds."""
    server.says("/things", Drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 400, 0.05))
    begun = time.monotonic()
    result = fetcher.land(make_contract(server.url, limits={"request_deadline_seconds": 0.3, "max_retries": 0}))
    assert "no whole answer within 0.3 s" in result.error
    assert time.monotonic() - begun < 2


def test_an_answer_that_ends_by_being_late_is_not_taken_for_whole(server: Server, fetcher: Fetcher) -> None:
    """A body without announced length ends with its connection, which is also what the deadline does to it."""
    server.says("/things", Drip(b'HTTP/1.1 200 OK\r\n\r\n{"data": []}' + b" " * 400, 0.01))
    result = fetcher.land(make_contract(server.url, limits={"request_deadline_seconds": 1.0, "max_retries": 0}))
    assert "no whole answer within 1 s" in result.error


def test_a_rate_budget_used_up_lands_what_came_and_goes_on_at_the_next_run(server: Server, fetcher: Fetcher) -> None:
    """Two requests in an hour, five pages: 2 + 2 + 1."""
    server.route(
        "/things",
        lambda asked: (
            more(f"p{len(asked.params.get('cursor', ''))}", asked.params.get("cursor", "") + "x")
            if len(asked.params.get("cursor", "")) < 4
            else Reply({"data": [{**ROW, "id": "p4"}], "next": None})
        ),
    )
    contract = make_contract(server.url, paginator=CURSOR, rate_budget={"requests": 2, "per_seconds": 3600})
    seen = []
    for _ in range(3):
        result = fetcher.land(contract)
        seen.append((result.status, [row[0] for row in fetcher.rows(contract, "id")], fetcher.state(contract)["complete"]))
        fetcher.time.now += 3600
    assert seen == [
        ("committed", ["p0", "p1"], False),
        ("committed", ["p0", "p1", "p2", "p3"], False),
        ("committed", ["p0", "p1", "p2", "p3", "p4"], True),
    ]
    assert [asked.params.get("cursor", "") for asked in server.asked] == ["", "x", "xx", "xxx", "xxxx"]
    assert fetcher.time.waits == []


def test_half_a_snapshot_is_never_landed(server: Server, fetcher: Fetcher) -> None:
    pages = {"": more("a", "x"), "x": more("b", "y"), "y": Reply({"data": [{**ROW, "id": "c"}], "next": None})}
    server.route("/things", lambda asked: pages[asked.params.get("cursor", "")])
    contract = make_contract(server.url, paginator=CURSOR, rate_budget={"requests": 2, "per_seconds": 3600}, meta={"load": "snapshot"})
    first = fetcher.land(contract)
    assert (first.status, fetcher.loads(contract)) == ("waiting", [])
    assert "2 pages kept" in first.error
    fetcher.time.now += 3600
    assert fetcher.land(contract).status == "committed"
    assert [row[0] for row in fetcher.rows(contract, "id")] == ["a", "b", "c"]
    assert len(server.asked) == 3


def test_a_short_budget_is_waited_for(server: Server, fetcher: Fetcher) -> None:
    """One request a second: the second and third wait a second each."""
    pages = {"": more("a", "x"), "x": more("b", "y"), "y": Reply({"data": [{**ROW, "id": "c"}], "next": None})}
    server.route("/things", lambda asked: pages[asked.params.get("cursor", "")])
    assert fetcher.land(make_contract(server.url, paginator=CURSOR, rate_budget={"requests": 1, "per_seconds": 1})).accepted == 3
    assert fetcher.time.waits == [1, 1]
