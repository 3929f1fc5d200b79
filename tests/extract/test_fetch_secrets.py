"""Who asks, and that nobody else hears of it: authentication, and a planted canary that is found nowhere."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import pytest

from orchestration.assets.raw import build_raw_assets
from orchestration.extract.rest.errors import FetchError
from orchestration.extract.rest.pages import read_pages
from orchestration.extract.rest.secrets import Secrets
from orchestration.settings import Settings
from tests.extract.house import CANARY, PAGE, Fetcher, make_contract
from tests.extract.server import Asked, Reply, Server

ROW = PAGE["data"][0]
OAUTH = {"type": "oauth2_client_credentials", "client_id_env": "VENDOR_ID", "client_secret_env": "VENDOR_TOKEN"}


def spellings(secret: str) -> list[str]:
    """Every way in which a secret may lie about."""
    return [
        secret,
        quote(secret),
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        secret.replace("/", "\\/"),
        base64.b64encode(secret.encode()).decode(),
    ]


def found_in(folder: Path, *secrets: str) -> list[str]:
    """Files that hold a secret in any spelling, kept pages unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.name.endswith(".json.gz"):
                content = b"".join(json.dumps(page.facts).encode() + page.body for page in read_pages(path.parent, "test"))
            found += [path.name for secret in secrets for spelled in spellings(secret) if spelled.encode() in content]
    return found


@pytest.mark.parametrize(
    ("auth", "header", "params"),
    [
        ({"type": "bearer", "token_env": "VENDOR_TOKEN"}, {"Authorization": f"Bearer {CANARY}"}, {}),
        ({"type": "api_key", "key_env": "VENDOR_TOKEN", "name": "X-Key"}, {"X-Key": CANARY}, {}),
        ({"type": "api_key", "key_env": "VENDOR_TOKEN", "name": "key", "location": "query"}, {}, {"key": CANARY}),
        # A key as the user and no password, as Stripe takes it.
        (
            {"type": "basic", "username_env": "VENDOR_TOKEN"},
            {"Authorization": "Basic " + base64.b64encode(f"{CANARY}:".encode()).decode()},
            {},
        ),
        (
            {"type": "basic", "username_env": "VENDOR_ID", "password_env": "VENDOR_TOKEN"},
            {"Authorization": "Basic " + base64.b64encode(f"me:{CANARY}".encode()).decode()},
            {},
        ),
        ({"type": "none"}, {}, {}),
    ],
)
def test_each_authentication_sends_what_it_should(
    server: Server, fetcher: Fetcher, auth: dict[str, str], header: dict[str, str], params: dict[str, str]
) -> None:
    fetcher.secrets["VENDOR_ID"] = "me"
    server.says("/things", Reply(PAGE))
    contract = make_contract(server.url, auth=auth, headers={"X-Version": "2"}, headers_env={"X-Developer": "VENDOR_TOKEN"})
    assert fetcher.land(contract).error == ""
    sent = server.asked[0].headers
    assert header.items() <= sent.items()
    assert (sent.get("Authorization") or None) == header.get("Authorization")
    assert (sent["X-Version"], sent["X-Developer"]) == ("2", CANARY)
    assert server.asked[0].params == params
    assert found_in(fetcher.root, CANARY) == []


def test_a_variable_that_is_not_set_is_named(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets.clear()
    result = fetcher.land(make_contract(server.url))
    assert "VENDOR_TOKEN: expected this variable to be set" in result.error
    assert server.asked == []


def test_a_secret_that_is_too_short_to_be_one_is_refused_unseen(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets["VENDOR_TOKEN"] = "hunter2"
    error = fetcher.land(make_contract(server.url)).error
    assert "VENDOR_TOKEN: expected a secret of at least 8 characters, got 7" in error
    assert "hunter2" not in error


def token_server(server: Server, seconds: int = 3600) -> list[str]:
    """/token gives token-00000001 and so on; /things takes only the last one given. Returns the tokens given."""
    given: list[str] = []

    def token(asked: Asked) -> Reply:
        right = asked.form.get("client_id") == "me" and asked.form.get("client_secret") == CANARY
        if not right:
            return Reply({"error": "invalid_client", "error_description": f"bad secret {asked.form.get('client_secret')}"}, 401)
        given.append(f"token-{len(given) + 1:08d}")
        return Reply({"access_token": given[-1], "expires_in": seconds, "token_type": "Bearer"})

    server.route("/token", token)
    return given


def things(server: Server, given: list[str], pages: int = 3) -> None:
    def page(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {given[-1] if given else ''}":
            return Reply({"message": "expired"}, 401)
        at = int(asked.params.get("cursor", 0))
        return Reply({"data": [{**ROW, "id": str(at)}], "next": str(at + 1) if at + 1 < pages else None})

    server.route("/things", page)


def oauth_contract(server: Server, **more: Any) -> Any:
    return make_contract(
        server.url,
        auth={**OAUTH, "token_url": f"{server.url}/token", **more},
        paginator={"type": "cursor", "cursor_path": "next", "cursor_param": "cursor"},
    )


def test_one_token_serves_many_pages(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets["VENDOR_ID"] = "me"
    given = token_server(server)
    things(server, given)
    assert fetcher.land(oauth_contract(server, scope="read")).accepted == 3
    assert given == ["token-00000001"]
    assert server.asked[0].form == {"client_id": "me", "client_secret": CANARY, "grant_type": "client_credentials", "scope": "read"}
    assert found_in(fetcher.root, CANARY, *given) == []


def test_a_token_near_its_end_is_renewed_by_the_monotonic_clock(server: Server, fetcher: Fetcher) -> None:
    """A token of 60 s is used for 30 (the margin is 30 s): at 20 s a page, the third page needs another."""
    fetcher.secrets["VENDOR_ID"] = "me"
    given = token_server(server, seconds=60)
    things(server, given)
    inner = server.routes["/things"]

    def slow(asked: Asked) -> Reply:
        fetcher.time.now += 20
        return inner(asked)

    server.route("/things", slow)
    assert fetcher.land(oauth_contract(server)).accepted == 3
    assert len(given) == 2


def test_a_token_that_ends_before_its_time_is_renewed_once(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets["VENDOR_ID"] = "me"
    given = token_server(server)
    things(server, given)
    inner = server.routes["/things"]

    def revoke(asked: Asked) -> Reply:
        if asked.params.get("cursor") == "1" and len(given) == 1:
            return Reply({"message": "revoked"}, 401)
        return inner(asked)

    server.route("/things", revoke)
    assert fetcher.land(oauth_contract(server)).accepted == 3
    assert len(given) == 2


def test_a_token_that_is_refused_twice_is_refused(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets["VENDOR_ID"] = "me"
    given = token_server(server)
    server.says("/things", Reply({}, 401))
    error = fetcher.land(oauth_contract(server)).error
    assert "HTTP 401" in error
    assert "VENDOR_ID and VENDOR_TOKEN" in error
    assert (len(given), fetcher.time.waits) == (2, [])


def test_wrong_client_credentials_name_their_variables_and_not_the_servers_echo(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets |= {"VENDOR_ID": "me", "VENDOR_TOKEN": "wrong-" + CANARY}
    token_server(server)
    error = fetcher.land(oauth_contract(server)).error
    assert "/token: HTTP 401" in error
    assert "VENDOR_ID and VENDOR_TOKEN" in error
    assert CANARY not in error


def test_a_refresh_token_is_another_grant(server: Server, fetcher: Fetcher) -> None:
    fetcher.secrets |= {"VENDOR_ID": "me", "VENDOR_REFRESH": "refresh-me-please"}
    given = token_server(server)
    things(server, given)
    assert fetcher.land(oauth_contract(server, refresh_token_env="VENDOR_REFRESH")).accepted == 3
    assert server.asked[0].form == {
        "client_id": "me",
        "client_secret": CANARY,
        "grant_type": "refresh_token",
        "refresh_token": "refresh-me-please",
    }
    assert found_in(fetcher.root, CANARY, "refresh-me-please") == []


def echo(asked: Asked) -> Reply:
    """An API that repeats the key wherever it can: in the next address, in headers, in a record."""
    at = int(asked.params.get("page", 0))
    following = f"/things?key={quote(CANARY, safe='')}&page={at + 1}"
    record = {**ROW, "id": str(at), "note": f"called with {CANARY}"}
    return Reply({"data": [record], "next": following if at < 2 else None}, headers={"ETag": CANARY, "Link": f"<{following}>; rel=next"})


KEY = {"type": "api_key", "key_env": "VENDOR_TOKEN", "name": "key", "location": "query"}


def test_the_canary_is_found_in_no_page_manifest_log_or_error(server: Server, fetcher: Fetcher, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.route("/things", echo)
    contract = make_contract(server.url, auth=KEY, paginator={"type": "json_link"}, limits={"max_pages": 2})
    first = fetcher.land(contract)
    assert "page cap" in first.error
    assert found_in(fetcher.root, CANARY) == []

    # What was taken out is put back for the way on: a later run asks for the third page, with the key once.
    contract = make_contract(server.url, auth=KEY, paginator={"type": "json_link"})
    assert fetcher.land(contract).status == "committed"
    assert [asked.params for asked in server.asked] == [{"key": CANARY}, {"key": CANARY, "page": "1"}, {"key": CANARY, "page": "2"}]
    assert fetcher.rows(contract, "note") == [("called with [redacted:VENDOR_TOKEN]",)] * 3
    assert found_in(fetcher.root, CANARY) == []
    logged = "\n".join([*(record.getMessage() for record in caplog.records), caplog.text])
    assert "GET /things" in logged
    assert [spelled for spelled in spellings(CANARY) if spelled in logged] == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": {"message": f"bad key {CANARY}"}}, 400),
        Reply({"error": {"message": f"bad key {CANARY}"}}),
        Reply({CANARY: []}),
        Reply(b"", 302, {"Location": f"http://127.0.0.1:9/{CANARY}"}),
        Reply({"data": [], "next": f"http://127.0.0.1:9/?key={CANARY}"}),
        None,
    ],
    ids=["400", "error with 200", "a key of the envelope", "redirect", "next", "reset"],
)
def test_the_canary_is_found_in_no_error(server: Server, fetcher: Fetcher, reply: Reply | None) -> None:
    server.says("/things", reply)
    result = fetcher.land(make_contract(server.url, auth=KEY, paginator={"type": "json_link"}, limits={"max_retries": 0}))
    assert result.status == "failed"
    assert [spelled for spelled in spellings(CANARY) if spelled in repr(result)] == []


def test_an_error_carries_no_library_error_behind_it(server: Server) -> None:
    """Those hold the request, and the request the key; a debugger or an error reporter would show them."""
    from orchestration.extract.rest.transport import Call, Transport
    from orchestration.rest_types import RestLimits

    server.says("/things", None)
    secrets = Secrets(lambda _: CANARY)
    secrets.get("VENDOR_TOKEN")
    transport = Transport("vendor.things", secrets, RestLimits(max_retries=0))
    with pytest.raises(FetchError) as caught:
        transport.send(Call("GET", f"{server.url}/things", {"key": CANARY}))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    # The frames' own text as a reporter prints it, without local values.
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_the_canary_is_found_in_no_dagster_event(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two tables: one that lands rows which echo the key, one that is refused with it."""
    monkeypatch.setenv("SCALEHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("VENDOR_TOKEN", CANARY)
    server.route("/things", echo)
    server.says("/others", Reply({"error": {"message": f"bad key {CANARY}"}}, 403))
    meta = {"domain": "revenue", "owner": "finance"}
    both = [
        make_contract(server.url, auth=KEY, paginator={"type": "json_link"}, meta=meta),
        make_contract(server.url, table="others", auth=KEY, endpoint={"path": "others"}, meta=meta),
    ]
    settings = Settings()
    settings.__dict__["company"] = settings.company.model_copy(update={"providers": {"customers": ["vendor"]}})
    assets = build_raw_assets({(each.source, each.table): each for each in both}, settings, lambda *_: [])
    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize(assets, instance=instance)
        events = "\n".join(str(entry) for entry in instance.all_logs(done.run_id))
    metadata = {event.asset_key.path[-1]: event.materialization.metadata for event in done.get_asset_materialization_events()}
    assert metadata["things"]["accepted"].value == 3
    assert "VENDOR_TOKEN" in metadata["others"]["failed_files"].value
    told = capfd.readouterr()
    for spelled in spellings(CANARY):
        assert spelled not in events
        assert spelled not in told.out + told.err
    assert found_in(tmp_path, CANARY) == []


def test_redaction_knows_every_spelling_and_can_be_undone() -> None:
    secrets = Secrets({"A_TOKEN": CANARY, "B_TOKEN": CANARY + "longer"}.get)
    for name in ("A_TOKEN", "B_TOKEN"):
        secrets.get(name)
    for spelled in (each for value in (CANARY, CANARY + "longer") for each in spellings(value)):
        text = f"before {spelled} after"
        clean = secrets.redact(text)
        assert "canary" not in clean
        assert clean.startswith("before [redacted:")
        assert clean.endswith("] after")
        assert secrets.restore(clean) == text
        assert secrets.redact_bytes(text.encode()) == clean.encode()
