"""How a load becomes visible: once, whole, and the same after any crash."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from orchestration.extract import Settling
from orchestration.land import ManifestError, Options, land_table
from tests.landing.house import Lander, make_contract

COLUMNS = {"id": ("varchar", {"required": True}), "note": "varchar", "at": "timestamp"}
CONTRACT = make_contract(COLUMNS, key=["id"], cursor="at")
FIRST = b"id,note,at\na,1,2024-01-01 00:00:00\nb,2,2024-01-02 00:00:00\nc,,never\n"
SECOND = b"id,note,at\nb,3,2024-01-05 00:00:00\nd,4,2024-01-06 00:00:00\n"
STEPS = ["land.raw_kept", "land.parts_written", "land.quarantined", "land.before_commit", "land.committed"]


def test_bytes_are_kept_as_they_came_and_the_manifest_accounts_for_every_row(lander: Lander) -> None:
    result = lander.land_one(CONTRACT, FIRST)

    (load,) = lander.loads(CONTRACT)
    assert (lander.lake / "_raw" / "vendor" / "things" / load.raw).read_bytes() == FIRST
    assert (load.rows_in, load.accepted, load.quarantined, load.duplicates) == (3, 2, 1, 0)
    assert (load.cursor_min, load.cursor_max) == ("2024-01-01 00:00:00", "2024-01-02 00:00:00")
    assert load.load_id == f"000001-{load.sha256[:8]}" == result.load_id
    assert load.columns == {"id": "varchar", "note": "varchar", "at": "timestamp"}
    assert load.profile["id"] == {"nulls": 0, "distinct": 2, "min": "a", "max": "b"}


def test_lineage_columns_lead_back_to_the_line(lander: Lander) -> None:
    lander.land_one(CONTRACT, b'id,note,at,more\na,"two\nlines",2024-01-01 00:00:00,"x ""y"""\nb,2,2024-01-02 00:00:00,\n')

    rows = lander.rows(CONTRACT, "id", "_source_file", "_row_number", "_line_number", "_extracted_at", "_extra")
    # 1,700,000,000 seconds since 1970 are 2023-11-14 22:13:20 UTC.
    written = dt.datetime.fromisoformat("2023-11-14 22:13:20")
    assert [row[:5] for row in rows] == [("a", "things.csv", 1, 2, written), ("b", "things.csv", 2, 4, written)]
    assert [json.loads(row[5]) for row in rows] == [{"more": 'x "y"'}, {"more": ""}]


def test_the_same_bytes_are_a_no_op_under_any_name_and_new_content_is_a_new_load(lander: Lander) -> None:
    lander.land_one(CONTRACT, FIRST)
    lander.put("copy.csv", FIRST)
    assert [(result.file, result.status) for result in lander.land(CONTRACT)] == [("copy.csv", "unchanged"), ("things.csv", "unchanged")]

    assert lander.land_one(CONTRACT, SECOND).status == "committed"
    assert [load.sequence for load in lander.loads(CONTRACT)] == [1, 2]
    # b is in both loads: the later cursor counts.
    assert lander.rows(CONTRACT, "id", "note", order="id") == [("a", "1"), ("b", "3"), ("d", "4")]


def test_an_overlapping_re_export_merges_by_cursor_not_by_arrival(lander: Lander) -> None:
    lander.land_one(CONTRACT, SECOND, "1.csv")
    lander.land_one(CONTRACT, FIRST, "2.csv")
    assert lander.rows(CONTRACT, "id", "note", order="id") == [("a", "1"), ("b", "3"), ("d", "4")]


def test_equal_cursors_are_decided_by_the_later_load(lander: Lander) -> None:
    lander.land_one(CONTRACT, b"id,note,at\na,old,2024-01-01 00:00:00\n", "1.csv")
    lander.land_one(CONTRACT, b"id,note,at\na,new,2024-01-01 00:00:00\n", "2.csv")
    assert lander.rows(CONTRACT, "id", "note") == [("a", "new")]


def test_loads_that_cannot_share_a_key_are_not_merged_and_those_that_can_are(lander: Lander) -> None:
    contract = make_contract(COLUMNS, key=[], cursor="at")
    for name, days in {"1.csv": (1, 2), "2.csv": (2, 3), "3.csv": (5, 6)}.items():
        rows = "".join(f"a,x,2024-01-0{day} 00:00:00\n" for day in days)
        lander.land_one(contract, f"id,note,at\n{rows}".encode(), name)
    # Day 2 is in two loads and is the same row; days 1, 3, 5, 6 are in one each.
    assert [row[0].day for row in lander.rows(contract, "at", order='"at"')] == [1, 2, 3, 5, 6]


def test_a_table_without_loads_is_an_empty_typed_view(lander: Lander) -> None:
    assert lander.rows(CONTRACT, "id", "at", "_row_number", "_extra") == []


def test_names_are_quoted_in_views(lander: Lander) -> None:
    contract = make_contract({'odd "name"': "varchar", "end": ("varchar", {"required": True})}, key=["end"])
    lander.land_one(contract, b'"odd ""name""",end\n1,2\n', "it's.csv")
    lander.land_one(contract, b'"odd ""name""",end\n3,2\n', "more.csv")
    with_quotes = [name.replace('"', '""') for name in ('odd "name"', "end")]
    assert lander.rows(contract, *with_quotes) == [("3", "2")]


def test_a_file_being_written_waits_and_a_done_marker_ends_the_wait(lander: Lander) -> None:
    path = lander.put("things.csv", FIRST)
    os.utime(path, (1000, 1000))

    def grow(_: float) -> None:
        with path.open("ab") as file:
            file.write(b"z,9,2024-01-09 00:00:00\n")
        os.utime(path, (1001, 1001))

    growing = Settling(seconds=60, clock=lambda: 1002, sleep=grow)
    (result,) = lander.land(CONTRACT, settling=growing)
    assert (result.status, lander.loads(CONTRACT)) == ("waiting", [])
    assert "still being written" in result.error

    (lander.folder / "things.csv.done").touch()
    (result,) = lander.land(CONTRACT, settling=growing)
    assert (result.status, result.rows_in) == ("committed", 4)


def test_a_fresh_file_that_stays_as_it_is_lands(lander: Lander) -> None:
    path = lander.put("things.csv", FIRST)
    os.utime(path, (1000, 1000))
    (result,) = lander.land(CONTRACT, settling=Settling(seconds=60, clock=lambda: 1002, sleep=lambda _: None))
    assert result.status == "committed"


def test_parts_of_downloads_hidden_files_and_other_names_are_no_exports(lander: Lander) -> None:
    contract = make_contract(COLUMNS, key=["id"], file_pattern="*.csv*")
    for name in ("things.csv.part", ".things.csv", "things.csv.crdownload", "readme.txt"):
        lander.put(name, FIRST)
    assert lander.land(contract) == []


def test_a_failing_file_stops_no_other(lander: Lander) -> None:
    lander.put("1.csv", b"")
    lander.put("2.csv", FIRST)
    (lander.folder / "3.csv").mkdir()
    os.mkfifo(lander.folder / "4.csv")
    assert [(item.file, item.status) for item in lander.land(CONTRACT)] == [
        ("1.csv", "failed"),
        ("2.csv", "committed"),
        ("3.csv", "failed"),
        ("4.csv", "failed"),
    ]


def test_space_is_checked_before_anything_is_written(lander: Lander) -> None:
    result = lander.land_one(CONTRACT, FIRST, free_bytes=lambda _: 1000)
    assert result.status == "failed"
    assert "disk too full: 1,000 bytes free" in result.error
    assert list((lander.lake / "_raw").rglob("*.csv")) == []


def test_a_full_disk_while_writing_leaves_nothing_and_says_so(lander: Lander, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device", "part-00001.parquet")

    with monkeypatch.context() as patched:
        patched.setattr("orchestration.land.parts.write_parquet", no_space)
        result = lander.land_one(CONTRACT, FIRST)
    assert (result.status, lander.loads(CONTRACT)) == ("failed", [])
    assert "No space left on device" in result.error
    assert lander.land_one(CONTRACT, FIRST).status == "committed"


def test_rows_that_do_not_add_up_are_never_committed(lander: Lander, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("orchestration.land.load.count_rows", lambda parts: 1)
        result = lander.land_one(CONTRACT, FIRST)
    assert "3 rows in, but 1 accepted + 1 quarantined + 0 duplicates" in result.error
    assert lander.loads(CONTRACT) == []


def test_a_damaged_manifest_is_named(lander: Lander) -> None:
    load_id = lander.land_one(CONTRACT, FIRST).load_id
    (lander.lake / "vendor" / "things" / load_id / "manifest.json").write_text("{")
    with pytest.raises(ManifestError, match=rf"{load_id}/manifest.json: cannot be read"):
        lander.land(CONTRACT)


def test_a_snapshot_shows_its_last_load_and_refuses_an_incomplete_one(lander: Lander) -> None:
    contract = make_contract({"id": "varchar"}, key=["id"], load="snapshot", row_floor=0.5)
    full, fewer, far_fewer = (b"id\n" + b"".join(b"%d\n" % n for n in range(count)) for count in (10, 5, 2))
    assert lander.land_one(contract, full).status == "committed"
    assert lander.land_one(contract, fewer).status == "committed"
    assert len(lander.rows(contract)) == 5
    refused = lander.land_one(contract, far_fewer)
    assert refused.status == "failed"
    assert "incomplete snapshot: 2 rows" in refused.error
    assert len(lander.rows(contract)) == 5
    # A state that comes back is a new state, not a repetition.
    assert lander.land_one(contract, full).status == "committed"
    assert len(lander.rows(contract)) == 10


def test_a_row_mended_by_the_contract_is_replayed_in_place(lander: Lander) -> None:
    lander.land_one(CONTRACT, FIRST, "1.csv")
    lander.land_one(CONTRACT, SECOND, "2.csv")
    mended = make_contract({**COLUMNS, "at": ("timestamp", {"null_tokens": ["", "never"]})}, key=["id"], cursor="at")

    assert {result.status for result in lander.land(mended)} == {"unchanged"}
    (result,) = lander.replay(mended)

    assert (result.file, result.status, result.rows_in, result.accepted, result.quarantined) == ("1.csv", "committed", 3, 3, 0)
    assert [load.load_id[6:] for load in lander.loads(mended)] == [
        f"-{load.sha256[:8]}{end}" for load, end in zip(lander.loads(mended), ("-r01", ""), strict=True)
    ]
    assert lander.rejected(mended).height == 0
    assert lander.rows(mended, "id", "note", order="id") == [("a", "1"), ("b", "3"), ("c", None), ("d", "4")]
    assert lander.replay(mended) == []
    # The replayed load has kept its place: another landing finds both files landed.
    assert {result.status for result in lander.land(mended)} == {"unchanged"}


def test_loads_of_an_older_contract_are_replayed_when_asked(lander: Lander) -> None:
    lander.land_one(CONTRACT, SECOND)
    wider = make_contract({**COLUMNS, "note": "bigint"}, key=["id"], cursor="at")
    assert lander.replay(wider) == []
    assert [result.status for result in lander.replay(wider, older_contracts=True)] == ["committed"]
    assert lander.rows(wider, "note", order="id") == [(3,), (4,)]


def test_a_replay_whose_bytes_are_gone_keeps_the_old_load(lander: Lander) -> None:
    lander.land_one(CONTRACT, FIRST)
    next((lander.lake / "_raw").rglob("*.csv")).write_bytes(b"altered")
    (result,) = lander.replay(CONTRACT)
    assert result.status == "failed"
    assert "gone or altered" in result.error
    assert len(lander.rows(CONTRACT)) == 2


def state(lander: Lander) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], set[str]]:
    files = {str(path.relative_to(lander.lake)) for path in lander.lake.rglob("*") if path.is_file()}
    files |= {str(path.relative_to(lander.quarantine)) for path in lander.quarantine.rglob("*")}
    return lander.rows(CONTRACT, "id", "note", "at", "_load_id", "_row_number"), lander.rejected(CONTRACT).rows(), files


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_run_converges(tmp_path: Path, step: str) -> None:
    whole, killed = Lander(tmp_path / "whole"), Lander(tmp_path / "killed")
    for lander in (whole, killed):
        lander.put("1.csv", FIRST)
        lander.put("2.csv", SECOND)
    whole.land(CONTRACT)

    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from tests.landing.house import Lander
        from tests.landing.test_commit import CONTRACT
        Lander(Path(sys.argv[1]), exist_ok=True).land(CONTRACT)
    """)
    process = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "killed")],
        env={**os.environ, "FAULT_AT": step, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        timeout=120,
    )
    assert process.returncode == -9, process.stderr.decode()
    # Whatever can be seen is whole: no load before the rename, one after it.
    assert len(killed.loads(CONTRACT)) == (1 if step == "land.committed" else 0)

    killed.land(CONTRACT)
    assert state(killed) == state(whole)


def test_a_second_run_waits_for_the_first(lander: Lander) -> None:
    lander.put("1.csv", FIRST)
    seen = []

    def start_another(_: object) -> None:
        if not seen:
            seen.append(
                subprocess.Popen(
                    [sys.executable, "-c", _TRY_LOCK, str(lander.lake / "vendor" / "things" / ".lock")], stdout=subprocess.PIPE
                )
            )
            seen.append(seen[0].communicate(timeout=60)[0].decode().strip())

    land_table(
        CONTRACT, lander.inbox, lander.lake, lander.quarantine, on_progress=start_another, options=Options(settling=Settling(seconds=0))
    )
    assert seen[1] == "held"


_TRY_LOCK = """
import fcntl, sys
try:
    fcntl.flock(open(sys.argv[1], "w"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("free")
except BlockingIOError:
    print("held")
"""
