"""Rows that change and rows that go: what the view shows, and since when and until when each version held."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.contracts import ContractError, TableContract
from orchestration.land import create_views
from tests.landing.house import Lander, make_contract

KEYED: dict[str, Any] = {"id": "varchar", "stage": "varchar", "changed_at": ("timestamp", {"time_zone": "UTC"})}


def at(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC).replace(tzinfo=None)


def history(lander: Lander, contract: TableContract, *columns: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        create_views(connection, [contract], lander.lake)
        names = ", ".join([*columns, "valid_from_at", "valid_to_at"])
        return connection.execute(f"select {names} from raw_vendor.things__history order by 1, valid_from_at").fetchall()


def snapshot(lander: Lander, contract: TableContract, day: int, *rows: str) -> None:
    """An export of the whole table, written at noon of that day of March 2026."""
    path = lander.put(f"day_{day}.csv", ("id,stage\n" + "".join(row + "\n" for row in rows)).encode())
    stamp = dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC).timestamp()
    os.utime(path, (stamp, stamp))
    assert {result.status for result in lander.land(contract)} <= {"committed", "unchanged"}


def test_versions_of_a_merged_table_follow_its_cursor_whatever_the_order_of_the_exports(tmp_path: Path) -> None:
    """D-1: lead on the 1st, touched without a change on the 3rd, won on the 5th, and a late export that tells of the 2nd."""
    lander, contract = Lander(tmp_path), make_contract(KEYED, key=["id"], cursor="changed_at", history=True)
    lander.land_one(contract, b"id,stage,changed_at\nD-1,lead,2026-03-01 00:00:00\nD-2,lead,2026-03-01 00:00:00\n", "a.csv")
    lander.land_one(contract, b"id,stage,changed_at\nD-1,lead,2026-03-03 00:00:00\nD-1,won,2026-03-05 00:00:00\n", "b.csv")
    lander.land_one(contract, b"id,stage,changed_at\nD-2,lost,2026-03-02 00:00:00\n", "c.csv")
    assert history(lander, contract, "id", "stage") == [
        ("D-1", "lead", at(1), at(5)),
        ("D-1", "won", at(5), None),
        ("D-2", "lead", at(1), at(2)),
        ("D-2", "lost", at(2), None),
    ]
    assert lander.rows(contract, "id", "stage", order="id") == [("D-1", "won"), ("D-2", "lost")]


def test_a_snapshot_ends_what_it_no_longer_shows_and_begins_it_anew_when_it_is_back(tmp_path: Path) -> None:
    lander, contract = Lander(tmp_path), make_contract({"id": "varchar", "stage": "varchar"}, key=["id"], load="snapshot", history=True)
    snapshot(lander, contract, 1, "P-1,basic", "P-2,basic")
    snapshot(lander, contract, 2, "P-1,basic", "P-2,plus")
    snapshot(lander, contract, 3, "P-2,plus")
    snapshot(lander, contract, 4, "P-1,basic", "P-2,basic")
    assert history(lander, contract, "id", "stage") == [
        ("P-1", "basic", at(1, 12), at(3, 12)),
        ("P-1", "basic", at(4, 12), None),
        ("P-2", "basic", at(1, 12), at(2, 12)),
        ("P-2", "plus", at(2, 12), at(4, 12)),
        ("P-2", "basic", at(4, 12), None),
    ]
    assert lander.rows(contract, "id", "stage", order="id") == [("P-1", "basic"), ("P-2", "basic")]


def test_half_a_snapshot_deletes_nothing(tmp_path: Path) -> None:
    """One row of four is under the floor of a half: the export fails, and view and history are as they were."""
    lander = Lander(tmp_path)
    contract = make_contract({"id": "varchar", "stage": "varchar"}, key=["id"], load="snapshot", history=True, row_floor=0.5)
    snapshot(lander, contract, 1, "P-1,a", "P-2,a", "P-3,a", "P-4,a")
    result = lander.land_one(contract, b"id,stage\nP-1,a\n", "day_2.csv")
    assert result.status == "failed" and "incomplete snapshot" in result.error
    assert [row[0] for row in history(lander, contract, "id") if row[-1] is None] == ["P-1", "P-2", "P-3", "P-4"]
    assert len(lander.rows(contract)) == 4


@pytest.mark.parametrize(
    ("kind", "here", "gone"), [("boolean", "false", "true"), ("timestamp", "", "2026-03-04 00:00:00"), ("date", "", "2026-03-04")]
)
def test_a_row_that_says_it_was_deleted_is_not_shown_and_ends_its_version(tmp_path: Path, kind: str, here: str, gone: str) -> None:
    lander = Lander(tmp_path)
    columns = {**KEYED, "gone": (kind, {"time_zone": "UTC"} if kind == "timestamp" else {})}
    contract = make_contract(columns, key=["id"], cursor="changed_at", deleted_when="gone", history=True)
    header = "id,stage,changed_at,gone\n"
    lander.land_one(contract, f"{header}D-1,lead,2026-03-01 00:00:00,{here}\nD-2,lead,2026-03-01 00:00:00,{here}\n".encode(), "a.csv")
    lander.land_one(contract, f"{header}D-1,lead,2026-03-04 00:00:00,{gone}\n".encode(), "b.csv")
    assert lander.rows(contract, "id") == [("D-2",)]
    assert history(lander, contract, "id") == [("D-1", at(1), at(4)), ("D-2", at(1), None)]
    lander.land_one(contract, f"{header}D-1,won,2026-03-06 00:00:00,{here}\n".encode(), "c.csv")
    assert history(lander, contract, "id", "stage")[:2] == [("D-1", "lead", at(1), at(4)), ("D-1", "won", at(6), None)]


def test_a_table_without_loads_has_an_empty_history(tmp_path: Path) -> None:
    contract = make_contract(KEYED, key=["id"], cursor="changed_at", history=True)
    assert history(Lander(tmp_path), contract, "id") == []


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({"history": True}, "expected a table with a key"),
        ({"history": "yes", "key": ["id"]}, "expected true or false"),
        ({"deleted_when": "stage"}, "expected a boolean, date or timestamp"),
        ({"deleted_when": "gone"}, "gone"),
        ({"loader": "dtl"}, "dlt"),
    ],
)
def test_a_mistake_is_named(meta: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractError, match=words):
        make_contract(KEYED, **meta)
