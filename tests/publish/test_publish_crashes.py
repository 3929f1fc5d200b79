"""A publisher killed at any step, and two publishers at once: the next run converges, nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import PublisherBusy, open_published, single_publisher
from orchestration.publish.contents import TableContent, contents
from orchestration.publish.files import sha256
from orchestration.publish.swap import kept_versions
from orchestration.settings import Paths
from tests.publish.publishing import CHARGES, build, publish_all, set_up, write_load, write_warehouse

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = ["publish.candidate_built", "publish.audited", "publish.before_swap", "publish.swapped", "publish.parquet_written"]


def set_up_second_day(folder: Path) -> Paths:
    """Version 1 live; a late charge of February and its load wait to be published."""
    paths = set_up(folder)
    publish_all(paths)
    write_warehouse(paths, [*CHARGES, ("c4", "5.0000", "2026-02-20")])
    write_load(paths, 2, 1, "2026-02-20T00:00:00", "2026-02-20T00:00:00")
    return paths


def table_contents(paths: Paths) -> dict[str, TableContent]:
    with open_published(paths.published) as connection:
        ((catalog,),) = connection.execute("select current_database()").fetchall()
        return contents(connection, catalog)


def start(paths: Paths, run_id: str, fault_at: str = "") -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FAULT_AT": fault_at}
    command = [sys.executable, "-m", "tests.publish.publishing", str(paths.root), run_id]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE)


@pytest.mark.parametrize("step", STEPS)
def test_a_publisher_killed_at_a_step_is_followed_by_the_same_result(tmp_path: Path, step: str) -> None:
    calm = set_up_second_day(tmp_path / "calm")
    publish_all(calm, "r2")

    paths = set_up_second_day(tmp_path / "company")
    before = sha256(paths.published)
    process = start(paths, "r2", fault_at=step)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    swapped = step in ("publish.swapped", "publish.parquet_written")
    assert (sha256(paths.published) != before) == swapped
    with open_published(paths.published) as whole:
        assert whole.execute("select max(version) from published.publications").fetchall() == [(2 if swapped else 1,)]

    assert publish_all(paths, "r3").version == 2
    assert table_contents(paths) == table_contents(calm)
    assert kept_versions(paths) == [1, 2]
    assert sorted(path.name for path in paths.published.parent.iterdir()) == sorted(
        [".lock", paths.parquet.readlink().name, "audits", "parquet", "scalehouse.duckdb", "versions"]
    )
    assert duckdb.sql(f"select count(*) from '{paths.parquet}/fct_charges.parquet'").fetchall() == [(4,)]


def test_a_version_whose_publisher_died_before_keeping_it_is_kept_by_the_next(tmp_path: Path) -> None:
    paths = set_up_second_day(tmp_path / "company")
    start(paths, "r2", fault_at="publish.swapped").communicate(timeout=60)
    assert kept_versions(paths) == [1]
    write_warehouse(paths, [*CHARGES, ("c4", "5.0000", "2026-02-20"), ("c5", "1.0000", "2026-04-01")])
    assert publish_all(paths, "r3").version == 3
    assert kept_versions(paths) == [1, 2, 3]


def test_two_publishers_at_once_both_end_well(tmp_path: Path) -> None:
    paths = set_up(tmp_path / "company")
    both = [start(paths, run_id) for run_id in ("a", "b")]
    said = [process.communicate(timeout=60)[1].decode() for process in both]
    codes = [process.returncode for process in both]
    # They may take turns between steps: then the one whose candidate was cleaned away is refused, in words.
    assert 0 in codes
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or "is gone: another run cleaned it away" in text or "the live file changed since" in text
    with open_published(paths.published) as connection:
        assert connection.execute("select count(*) from published.fct_charges").fetchall() == [(3,)]


HOLDER = """
import sys, time
from pathlib import Path
from orchestration.publish import single_publisher
with single_publisher(Path(sys.argv[1]), "night run"):
    print("holding", flush=True)
    time.sleep(60)
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert process.stdout and process.stdout.readline() == "holding\n"
    return process


def test_a_second_publisher_waits_then_says_who_holds_the_lock_which_dies_with_its_process(tmp_path: Path) -> None:
    paths = set_up(tmp_path / "company")
    holder = hold(paths.published.parent)
    try:
        started = time.monotonic()
        with pytest.raises(PublisherBusy, match=rf"process {holder.pid} \(run night run\) is publishing; waited 0.3 s"):
            build(paths, lock_timeout_seconds=0.3)
        assert time.monotonic() - started >= 0.3
    finally:
        holder.kill()
        holder.wait(timeout=30)
    assert publish_all(paths).version == 1


def test_the_lock_can_be_held_around_all_steps_of_a_publish(tmp_path: Path) -> None:
    paths = set_up(tmp_path / "company")
    with single_publisher(paths.published.parent, "r1"):
        assert publish_all(paths).version == 1
    assert (paths.published.parent / ".lock").read_text() == ""


def test_an_audit_record_is_whole_or_absent(tmp_path: Path) -> None:
    paths = set_up(tmp_path / "company")
    start(paths, "r1", fault_at="publish.audited").communicate(timeout=60)
    (record,) = paths.audits.glob("*.json")
    assert json.loads(record.read_text())["candidate"] == ".candidate-r1.duckdb"
