"""Poisoned exports, publishing alone, replaying and going back: what stays, what is said, and that the accounting holds."""

from __future__ import annotations

import json
import subprocess
import sys

import duckdb
import pytest

from tests.end_to_end.conftest import SmallHouse
from tests.end_to_end.contents import file_hash, table_hashes
from tests.runs import Run, environment

pytestmark = pytest.mark.slow
HEADER = "Refund Id,Order Id,Currency,Amount,Reason,Created at\n"


def python(house: SmallHouse, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=house.project,
        env=environment(house.data, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_poisoned_exports_leave_the_live_file_are_named_until_mended_and_what_came_then_is_rolled_back(small_house: SmallHouse) -> None:
    """A row that breaks its contract is named by file, line, column and value; a file cut off by its name. Mended, all is as before."""
    live = small_house.live
    before, tables = file_hash(live), table_hashes(live)
    inbox = small_house.company / "inbox" / "shop" / "refunds"
    poisoned, cut = inbox / "refunds_poisoned.csv", inbox / "refunds_cut.csv"
    poisoned.write_text(HEADER + "R-bad,00000201002,USD,twelve,Damaged,2026-06-30 11:00:00 -0400\n", encoding="utf-8")
    cut.write_text(HEADER + 'R-cut,"000002', encoding="utf-8")
    run = small_house.run()
    assert run.code != 0
    assert file_hash(live) == before
    for word in ("refunds_poisoned.csv", "line 2", "amount", "twelve", "refunds_cut.csv"):
        assert word in run.printed, f"{word}: {run.printed}"
    cut.unlink()
    # The owner sends the file again, mended: a refund that is known already, so no number may move.
    known = min(inbox.glob("refunds_20*.csv")).read_text(encoding="utf-8").splitlines(keepends=True)
    poisoned.write_text("".join(known[:2]), encoding="utf-8")
    run = small_house.run()
    assert run.code == 0, run.printed
    found, wanted = table_hashes(live), dict(tables)
    assert found.pop("loads") != wanted.pop("loads")
    assert found == wanted
    # A version was made; the one before it is brought back whole.
    done = python(small_house, "-m", "orchestration", "rollback")
    assert done.returncode == 0, done.stderr
    assert table_hashes(live) == tables


def test_a_publish_started_alone_is_refused(small_house: SmallHouse) -> None:
    """Only the last step of the job: there is no audited candidate, so there is nothing to publish."""
    live = small_house.live
    before = file_hash(live)
    code = """
import dagster as dg
from orchestration.definitions import defs
job = defs.resolve_job_def("nightly")
keys = [key for key in defs.resolve_asset_graph().get_all_asset_keys() if key.path[0] == "published"]
with dg.DagsterInstance.get() as instance:
    result = job.execute_in_process(instance=instance, partition_key="2026-06-30", asset_selection=keys, raise_on_error=False)
print("succeeded" if result.success else "refused")
"""
    done = python(small_house, "-c", code, DAGSTER_HOME=str(small_house.company / "dagster"))
    assert done.stdout.strip().endswith("refused"), done.stdout + done.stderr
    assert "PublishRefused" in done.stderr or "refus" in done.stderr
    assert file_hash(live) == before


def test_a_backfill_of_a_past_day_lies_beside_the_live_file_and_gives_that_days_answer(small_house: SmallHouse) -> None:
    live = small_house.live
    before = file_hash(live)
    run = small_house.run(AS_OF="2025-03-31")
    assert run.code == 0, run.printed
    assert file_hash(live) == before
    edition = small_house.company / "published" / "as_of" / "2025-03-31" / "scalehouse.duckdb"
    question = """
        select value from published.metrics
        where metric = 'new_customers' and period_grain = 'month' and segment_kind = 'total' and period_on = '2025-03-01'
    """
    with duckdb.connect(str(edition), read_only=True) as connection:
        then = connection.execute(question).fetchall()
        assert connection.execute("select max(period_on) < date '2025-04-01' from published.metrics").fetchall() == [(True,)]
    with duckdb.connect(str(live), read_only=True) as connection:
        assert then == connection.execute(question).fetchall() and then


def test_row_accounting_closes_for_every_load(nightly: Run) -> None:
    with duckdb.connect(str(nightly.published), read_only=True) as connection:
        open_rows = connection.execute("select * from published.loads where rows_in <> accepted + quarantined + duplicates").fetchall()
        (loads,) = connection.execute("select count(*) from published.loads").fetchall()[0]
    assert open_rows == [] and loads > 50
    manifests = list((nightly.folder / "lake").glob("[!_]*/*/*/manifest.json"))
    assert len(manifests) == loads
    assert all(json.loads(file.read_text(encoding="utf-8"))["sha256"] for file in manifests)
