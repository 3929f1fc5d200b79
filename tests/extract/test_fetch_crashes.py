"""kill -9 between any two pages: no loss, no double, and no page fetched twice but the last."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.extract.house import CANARY, Fetcher, make_contract
from tests.extract.server import Asked, Reply, Server

PAGES, ROWS = 5, 3
STEPS = [
    "fetch.planned",
    "fetch.begun",
    *(f"fetch.page_{done}.{page}" for page in range(1, PAGES + 1) for done in ("fetched", "kept")),
    "fetch.whole",
    "land.parts_written",
    "land.quarantined",
    "land.before_commit",
    "land.committed",
]
EXPECTED = [(f"{page}-{row}", f"2026-01-0{page}T00:00:00") for page in range(1, PAGES + 1) for row in range(ROWS)]
PAGINATORS = {
    "cursor": {"type": "cursor", "cursor_path": "next", "cursor_param": "page"},
    "page_number": {"type": "page_number", "has_more_path": "more"},
    "json_link": {"type": "json_link", "next_url_path": "link"},
}
# Only the steps between pages depend on how they are paged.
CASES = [("cursor", step) for step in STEPS]
CASES += [(other, f"fetch.page_kept.{page}") for other in ("page_number", "json_link") for page in range(1, PAGES + 1)]
_LAND = """
import sys
from pathlib import Path
from tests.extract.house import Fetcher
from tests.extract.test_fetch_crashes import contract_of
print(Fetcher(Path(sys.argv[1])).land(contract_of(sys.argv[2], sys.argv[3])).error)
"""


def contract_of(url: str, paginator: str) -> Any:
    incremental = {"cursor_field": "at", "param": "since", "format": "iso8601"}
    return make_contract(url, paginator=PAGINATORS[paginator], incremental=incremental)


def serve(server: Server) -> None:
    """Five pages of three rows, a day each; `since` is honoured by day."""

    def things(asked: Asked) -> Reply:
        page = int(asked.params.get("page", 1))
        rows = [{"id": f"{page}-{row}", "note": None, "at": f"2026-01-0{page}T00:00:00Z"} for row in range(ROWS)]
        rows = [row for row in rows if row["at"] >= asked.params.get("since", "")]
        last = page == PAGES
        link = None if last else f"/things?page={page + 1}"
        return Reply({"data": rows, "next": None if last else str(page + 1), "more": not last, "link": link})

    server.route("/things", things)


def rows(fetcher: Fetcher, contract: Any) -> list[tuple[str, str]]:
    return [(identity, at.isoformat()) for identity, at in fetcher.rows(contract, "id", "at")]


@pytest.mark.parametrize(("paginator", "step"), CASES)
def test_killed_at_any_step_the_next_run_goes_on(server: Server, tmp_path: Path, paginator: str, step: str) -> None:
    serve(server)
    environment = {**os.environ, "FAULT_AT": step}
    killed = subprocess.run(
        [sys.executable, "-c", _LAND, str(tmp_path), server.url, paginator], env=environment, capture_output=True, text=True, timeout=120
    )
    assert killed.returncode == -9, killed.stderr
    fetcher, contract = Fetcher(tmp_path), contract_of(server.url, paginator)
    before = [int(asked.params.get("page", 1)) for asked in server.asked]
    committed = step == "land.committed"
    assert len(fetcher.loads(contract)) == committed

    if not committed:
        assert fetcher.land(contract).status == "committed"
    assert rows(fetcher, contract) == EXPECTED
    asked = [int(each.params.get("page", 1)) for each in server.asked]
    # The page that had come and was not kept is asked for again, and no other.
    again = {before[-1]} if step.startswith("fetch.page_fetched") else set()
    assert sorted(asked) == sorted([*range(1, PAGES + 1), *again])
    assert fetcher.loads(contract)[0].rows_in == PAGES * ROWS
    assert fetcher.state(contract)["high_water"] == "2026-01-05T00:00:00"


def test_a_page_left_half_written_by_a_crash_is_no_page(server: Server, fetcher: Fetcher) -> None:
    serve(server)
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"], limits={"max_pages": 2})
    assert "page cap" in fetcher.land(contract).error
    folder = fetcher.pages(contract)[0].parent
    (folder / ".tmp-00000000").write_bytes(b"half")
    assert fetcher.land(make_contract(server.url, paginator=PAGINATORS["cursor"])).status == "committed"
    assert rows(fetcher, contract) == EXPECTED
    assert not list(folder.glob(".tmp-*"))


def test_a_kept_page_that_was_altered_is_refused(server: Server, fetcher: Fetcher) -> None:
    serve(server)
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"])
    fetcher.land(contract)
    page = fetcher.pages(contract)[2]
    page.write_bytes(page.read_bytes()[:-9] + b"x" * 9)
    (result,) = fetcher.replay(make_contract(server.url, paginator=PAGINATORS["cursor"], may_be_absent=["note"]), older_contracts=True)
    assert (result.status, "000003.json.gz is altered" in result.error) == ("failed", True)
    assert rows(fetcher, contract) == EXPECTED


def test_replay_lands_again_from_kept_pages_and_asks_nobody(server: Server, fetcher: Fetcher) -> None:
    serve(server)
    contract = contract_of(server.url, "cursor")
    fetcher.land(contract)
    asked, state = len(server.asked), fetcher.state(contract)
    wider = make_contract(
        server.url,
        {"id": ("varchar", {"required": True}), "at": "timestamp", "note": "bigint"},
        paginator=PAGINATORS["cursor"],
        incremental={"cursor_field": "at", "param": "since", "format": "iso8601"},
    )
    (result,) = fetcher.replay(wider, older_contracts=True)
    assert (result.status, result.rows_in, len(server.asked)) == ("committed", PAGES * ROWS, asked)
    assert fetcher.state(wider) == state
    assert rows(fetcher, wider) == EXPECTED


def test_a_fetch_of_another_contract_is_set_aside(server: Server, fetcher: Fetcher) -> None:
    serve(server)
    capped = make_contract(server.url, paginator=PAGINATORS["cursor"], limits={"max_pages": 2})
    fetcher.land(capped)
    other = make_contract(server.url, paginator=PAGINATORS["page_number"])
    assert fetcher.land(other).status == "committed"
    assert [asked.params.get("page") for asked in server.asked] == [None, "2", "1", "2", "3", "4", "5"]
    assert [path.name[:6] for path in (fetcher.lake / "_raw/vendor/things/pages").glob("*.abandoned")] == ["000001"]


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_cursor_that_the_server_has_forgotten_begins_anew(server: Server, fetcher: Fetcher, status: int) -> None:
    serve(server)
    fetcher.land(make_contract(server.url, paginator=PAGINATORS["cursor"], limits={"max_pages": 2}))
    things = server.routes["/things"]
    forgotten = [True]
    server.route("/things", lambda asked: Reply({}, status) if asked.params.get("page") and forgotten.pop() else things(asked))
    forgotten += [False] * 9
    forgotten.append(True)
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"])
    assert fetcher.land(contract).status == "committed"
    assert rows(fetcher, contract) == EXPECTED


def test_no_secret_is_needed_to_land_what_was_fetched_whole(server: Server, tmp_path: Path) -> None:
    serve(server)
    subprocess.run(
        [sys.executable, "-c", _LAND, str(tmp_path), server.url, "cursor"], env={**os.environ, "FAULT_AT": "fetch.whole"}, check=False
    )
    fetcher = Fetcher(tmp_path)
    assert fetcher.secrets.pop("VENDOR_TOKEN") == CANARY
    assert fetcher.land(contract_of(server.url, "cursor")).status == "committed"


def test_pages_after_one_that_a_power_loss_took_are_fetched_again(server: Server, fetcher: Fetcher) -> None:
    serve(server)
    fetcher.land(make_contract(server.url, paginator=PAGINATORS["cursor"], limits={"max_pages": 4}))
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"])
    fetcher.pages(contract)[1].unlink()
    assert fetcher.land(contract).status == "committed"
    assert rows(fetcher, contract) == EXPECTED
    assert [asked.params.get("page") for asked in server.asked] == [None, "2", "3", "4", "2", "3", "4", "5"]


@pytest.mark.parametrize("left", [0, 60, -1])
def test_a_last_page_whose_bytes_a_power_loss_took_is_fetched_again(server: Server, fetcher: Fetcher, left: int) -> None:
    serve(server)
    fetcher.land(make_contract(server.url, paginator=PAGINATORS["cursor"], limits={"max_pages": 3}))
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"])
    page = fetcher.pages(contract)[2]
    page.write_bytes(page.read_bytes()[:left])
    assert fetcher.land(contract).status == "committed"
    assert rows(fetcher, contract) == EXPECTED
    assert [asked.params.get("page") for asked in server.asked] == [None, "2", "3", "3", "4", "5"]


def test_a_page_that_cannot_be_made_durable_ends_the_fetch(server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(server)
    contract = make_contract(server.url, paginator=PAGINATORS["cursor"])
    disk, full = os.fsync, [2]

    def fsync(handle: int) -> None:
        if threading.current_thread().name.startswith("pages"):
            full[0] -= 1
            if full[0] == 0:
                raise OSError(errno.ENOSPC, "No space left on device")
        disk(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    result = fetcher.land(contract)
    assert (result.status, "No space left" in result.error) == ("failed", True)
    # The second page could not be synced; the third had come by then and was not kept.
    assert (len(fetcher.pages(contract)), fetcher.loads(contract)) == (1, [])
    monkeypatch.undo()
    assert fetcher.land(contract).status == "committed"
    assert rows(fetcher, contract) == EXPECTED
