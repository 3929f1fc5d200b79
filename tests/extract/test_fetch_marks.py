"""Incremental fetches: every row exactly once in staging, whatever moves while it is read and whatever any clock says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from orchestration.extract.rest import marks
from orchestration.rest_types import Incremental
from tests.extract.house import Fetcher, make_contract
from tests.extract.server import Asked, Reply, Server, date_of

EPOCH = 1_780_000_000  # 2026-05-28 20:26:40 UTC
COLUMNS = {"id": ("varchar", {"required": True}), "note": "varchar", "at": "timestamp"}
SINCE = {"cursor_field": "at", "param": "since", "format": "epoch_seconds"}
TIMES = {"columns": {"at": {"time": "epoch_seconds"}}}


class Api:
    """Rows of (id, note, at in seconds), listed by at then id from `since` on, two a page; `now` is the server's clock."""

    def __init__(self, server: Server, rows: dict[str, tuple[str, int]], now: int = EPOCH + 1000, size: int = 2) -> None:
        self.rows, self.now, self.size, self.dated = rows, now, size, True
        self.after_page: dict[int, Any] = {}
        self.served = 0
        server.route("/things", self.answer)

    def answer(self, asked: Asked) -> Reply:
        since, page = int(asked.params.get("since", 0)), int(asked.params.get("page", 1))
        listed = sorted((at, identity, note) for identity, (note, at) in self.rows.items() if at >= since)
        start = (page - 1) * self.size
        chosen = listed[start : start + self.size]
        more = start + self.size < len(listed)
        self.served += 1
        now = self.now
        if change := self.after_page.pop(self.served, None):
            change(self.rows)
        body = {"data": [{"id": identity, "note": note, "at": at} for at, identity, note in chosen], "more": more}
        return Reply(body, date=date_of(now) if self.dated else None)


def contract_of(server: Server, **incremental: Any) -> Any:
    return make_contract(
        server.url, COLUMNS, paginator={"type": "page_number", "has_more_path": "more"}, incremental={**SINCE, **incremental}, **TIMES
    )


def staged(fetcher: Fetcher, contract: Any) -> dict[str, tuple[str, int]]:
    """What staging reads, as the API has it; fails when an id is there twice."""
    rows = fetcher.rows(contract)
    assert len({row[0] for row in rows}) == len(rows)
    return {identity: (note, round((at - marks.EPOCH).total_seconds())) for identity, note, at in rows}


def test_equal_timestamps_across_a_page_border_and_across_runs(server: Server, fetcher: Fetcher) -> None:
    """Five rows of one second, two a page; a sixth of the same second comes after the first run had ended."""
    api = Api(server, dict.fromkeys("abcde", ("1", EPOCH)))
    contract = contract_of(server)
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows
    assert fetcher.state(contract)["high_water"] == "2026-05-28T20:26:40"
    api.rows["f"] = ("1", EPOCH)
    fetcher.land(contract)
    assert server.asked[-1].params["since"] == str(EPOCH)
    assert staged(fetcher, contract) == api.rows


def test_rows_that_change_while_paged_are_neither_lost_nor_doubled(server: Server, fetcher: Fetcher) -> None:
    """After the first page (a, b) of six, a changes and moves to the end: c slips to the first page, which has been read.

    That the second pass reads all again is seen by a's time, which is past the server's clock when the pass began.
    """
    api = Api(server, {name: ("1", EPOCH + number) for number, name in enumerate("abcdef")}, now=EPOCH + 100)

    def change(rows: dict[str, tuple[str, int]]) -> None:
        rows["a"] = ("2", EPOCH + 105)
        api.now += 10

    api.after_page[1] = change
    contract = contract_of(server)
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows
    assert [asked.params["page"] for asked in server.asked] == ["1", "2", "3", "1", "2", "3"]
    # Not past the server's clock at the first page: a is asked for again.
    assert fetcher.state(contract)["high_water"] == marks.to_text(marks.EPOCH + dt.timedelta(seconds=EPOCH + 100))
    assert fetcher.land(contract).status == "committed"
    assert staged(fetcher, contract) == api.rows


def test_rows_that_never_rest_are_asked_for_again_at_the_next_run(server: Server, fetcher: Fetcher) -> None:
    """a changes in each of the three passes: the mark stays, and says so."""
    api = Api(server, {name: ("1", EPOCH + number) for number, name in enumerate("abcd")}, now=EPOCH + 100)

    def changes(number: int) -> Any:
        def change(rows: dict[str, tuple[str, int]]) -> None:
            api.now += 10
            rows["a" if number % 2 else "b"] = (str(number), api.now)

        return change

    # Two pages a pass: the change comes after the first page of each.
    api.after_page = {1: changes(1), 3: changes(3), 5: changes(5)}
    contract = contract_of(server)
    result = fetcher.land(contract)
    assert "rows moved while it was read, 3 times" in " ".join(result.warnings)
    assert fetcher.state(contract)["high_water"] is None
    api.now += 60
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows
    # The last change was in the third pass, 30 s after the first began.
    assert fetcher.state(contract)["high_water"] == marks.to_text(marks.EPOCH + dt.timedelta(seconds=EPOCH + 130))


def test_late_rows_within_the_lag_are_found(server: Server, fetcher: Fetcher) -> None:
    """A row becomes visible 50 s after its own time, behind rows that were read: a lag of 60 s reaches back to it."""
    api = Api(server, {"a": ("1", EPOCH), "c": ("1", EPOCH + 100)})
    contract = contract_of(server, lag_seconds=60)
    fetcher.land(contract)
    api.rows["b"] = ("1", EPOCH + 50)
    fetcher.land(contract)
    assert server.asked[-1].params["since"] == str(EPOCH + 100 - 60)
    assert staged(fetcher, contract) == api.rows


def test_a_row_from_the_future_does_not_hide_those_before_it(server: Server, fetcher: Fetcher) -> None:
    api = Api(server, {"a": ("1", EPOCH), "future": ("1", EPOCH + 10**8)}, now=EPOCH + 100)
    contract = contract_of(server)
    fetcher.land(contract)
    # The mark is the server's clock, not the row of 2029.
    assert fetcher.state(contract)["high_water"] == marks.to_text(marks.EPOCH + dt.timedelta(seconds=EPOCH + 100))
    api.rows["b"], api.now = ("1", EPOCH + 150), EPOCH + 200
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows


@pytest.mark.parametrize("skew", [-(10**7), 10**7], ids=["behind", "ahead"])
def test_a_server_whose_clock_is_wrong_loses_nothing(server: Server, fetcher: Fetcher, skew: int) -> None:
    """116 days off: rows are stamped by the true time, the Date is not; later the clock is set right."""
    api = Api(server, {"a": ("1", EPOCH)}, now=EPOCH + 10 + skew)
    contract = contract_of(server)
    fetcher.land(contract)
    api.rows["b"], api.now = ("1", EPOCH + 20), EPOCH + 30 + skew
    fetcher.land(contract)
    api.rows["c"], api.now = ("1", EPOCH + 40), EPOCH + 50
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows


def test_a_mark_from_a_clock_that_was_ahead_is_not_believed_when_it_is_right_again(server: Server, fetcher: Fetcher) -> None:
    """Rows too were stamped in the future; when clock and stamps are right again, they come before the mark."""
    api = Api(server, {"a": ("1", EPOCH)}, now=EPOCH + 10, size=9)
    contract = contract_of(server)
    fetcher.land(contract)
    api.rows["b"], api.now = ("1", EPOCH + 10**7), EPOCH + 10**7 + 10
    fetcher.land(contract)
    api.rows["c"], api.now = ("1", EPOCH + 20), EPOCH + 30
    fetcher.land(contract)
    # Asked by the wrong mark first, then by the one that the right clock has passed.
    assert [asked.params.get("since") for asked in server.asked[-2:]] == [str(EPOCH + 10**7), str(EPOCH)]
    assert staged(fetcher, contract) == api.rows


def test_what_changes_while_a_slow_answer_is_made_is_not_behind_the_mark(server: Server, fetcher: Fetcher) -> None:
    """The answer takes 40 s and is dated at its end, 40 s after the server looked: the mark is not past the asking."""
    api = Api(server, {"a": ("1", EPOCH), "future": ("1", EPOCH + 10**8)}, now=EPOCH + 100, size=9)

    def slow(asked: Asked) -> Reply:
        reply = api.answer(asked)
        fetcher.time.now += 40
        return reply

    server.route("/things", slow)
    contract = contract_of(server)
    fetcher.land(contract)
    assert fetcher.state(contract)["high_water"] == marks.to_text(marks.EPOCH + dt.timedelta(seconds=EPOCH + 60))


def test_without_a_date_the_mark_stays(server: Server, fetcher: Fetcher) -> None:
    api = Api(server, {"a": ("1", EPOCH)})
    api.dated = False
    contract = contract_of(server)
    fetcher.land(contract)
    assert fetcher.state(contract)["high_water"] is None
    api.rows["b"] = ("1", EPOCH - 10)
    fetcher.land(contract)
    assert staged(fetcher, contract) == api.rows


def test_our_own_clock_is_never_asked(server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extraction's time is the server's too."""
    Api(server, {"a": ("1", EPOCH)}, now=EPOCH + 77)
    contract = contract_of(server)
    fetcher.land(contract)
    ((extracted,),) = fetcher.rows(contract, "_extracted_at")
    assert extracted == marks.EPOCH + dt.timedelta(seconds=EPOCH + 77)


def test_nothing_new_is_no_load(server: Server, fetcher: Fetcher) -> None:
    api = Api(server, {"a": ("1", EPOCH)})
    contract = contract_of(server)
    fetcher.land(contract)
    assert fetcher.land(contract).status == "unchanged"
    api.rows.clear()
    assert fetcher.land(contract).status == "unchanged"
    assert len(fetcher.loads(contract)) == 1


def test_a_cursor_that_no_record_has_is_an_error(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": [{"id": "a", "note": "1", "at": "yesterday"}], "more": False}))
    assert "expected 'at' as epoch_seconds in the records, got none" in fetcher.land(contract_of(server)).error


def test_state_is_in_the_manifest_alone(server: Server, fetcher: Fetcher) -> None:
    """Without its loads, a table is fetched from the beginning, whatever else lies in the lake."""
    import shutil

    api = Api(server, {"a": ("1", EPOCH)})
    contract = contract_of(server)
    fetcher.land(contract)
    for load in (fetcher.lake / "vendor" / "things").glob("0*"):
        shutil.rmtree(load)
    fetcher.land(contract)
    assert "since" not in server.asked[-1].params
    assert staged(fetcher, contract) == api.rows


WINDOWS = {"cursor_field": "day", "param": "from", "end_param": "to", "format": "date", "initial": "2026-01-01", "window_days": 30}
DAILY = {"id": ("varchar", {"required": True}), "day": "date"}


def test_a_backfill_walks_windows_up_to_the_servers_day(server: Server, fetcher: Fetcher) -> None:
    """Windows of 30 days from 1 January; the server says it is 15 March 2026.

    1 to 30 January, 31 January to 1 March, 2 to 31 March: the next would begin on 1 April, which has not come.
    """
    now = "Sun, 15 Mar 2026 08:00:00 GMT"

    def report(asked: Asked) -> Reply:
        return Reply({"data": [{"id": asked.params["from"], "day": min(asked.params["to"], "2026-03-15")}]}, date=now)

    server.route("/things", report)
    contract = make_contract(server.url, DAILY, incremental=WINDOWS)
    fetcher.land(contract)
    asked = [(each.params["from"], each.params["to"]) for each in server.asked]
    assert asked == [("2026-01-01", "2026-01-30"), ("2026-01-31", "2026-03-01"), ("2026-03-02", "2026-03-31")]
    assert len(fetcher.rows(contract)) == 3

    # The mark is 15 March; two days of lag are asked for again.
    lagging = make_contract(server.url, DAILY, incremental={**WINDOWS, "lag_seconds": 2 * 86400})
    fetcher.land(lagging)
    assert server.asked[-1].params == {"from": "2026-03-13", "to": "2026-04-11"}


def test_windows_without_a_date_are_an_error(server: Server, fetcher: Fetcher) -> None:
    server.says("/things", Reply({"data": []}, date=None))
    assert "expected a Date header" in fetcher.land(make_contract(server.url, DAILY, incremental=WINDOWS)).error


@pytest.mark.parametrize(
    ("value", "spelled", "mark"),
    [
        (1_780_000_000, "epoch_seconds", "2026-05-28T20:26:40"),
        ("1780000000.25", "epoch_seconds", "2026-05-28T20:26:40.250000"),
        (1_780_000_000_250, "epoch_milliseconds", "2026-05-28T20:26:40.250000"),
        ("2026-05-28T22:26:40+02:00", "iso8601", "2026-05-28T20:26:40"),
        ("2026-05-28T20:26:40Z", "iso8601", "2026-05-28T20:26:40"),
        ("2026-05-28", "date", "2026-05-28T00:00:00"),
        ("42", "number", 42),
        (True, "number", None),
        ("soon", "iso8601", None),
        (10**30, "epoch_seconds", None),
        (None, "iso8601", None),
    ],
)
def test_marks_are_read_from_each_spelling(value: Any, spelled: str, mark: str | int | None) -> None:
    assert marks.to_text(marks.read_mark(value, spelled)) == mark


def test_marks_are_spelled_as_the_request_wants_them() -> None:
    moment = marks.EPOCH + dt.timedelta(seconds=EPOCH, milliseconds=250)
    spelled = [marks.spell(moment, kind) for kind in ("epoch_seconds", "epoch_milliseconds", "iso8601", "date")]
    # Seconds round down: asking from earlier loses nothing.
    assert spelled == [EPOCH, EPOCH * 1000 + 250, "2026-05-28T20:26:40.250Z", "2026-05-28"]
    assert marks.less(100, Incremental("n", format="number", lag_seconds=7)) == 93
