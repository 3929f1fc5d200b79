"""kill -9 at each step between landing and publishing, then a second run: the same tables. (Landing's and publishing's own steps
are killed in tests/landing and tests/publish, without the rest of the pipeline.)"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Run, run_nightly
from tests.end_to_end.contents import file_hash, table_hashes

pytestmark = pytest.mark.slow
STEPS = (
    "land.before_commit",
    "warehouse.before_views",
    "warehouse.views_made",
    "warehouse.dbt_built",
    "metrics.written",
    "publish.before_swap",
)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_run_converges(step: str, nightly: Run, own_copy: Path) -> None:
    """A new export arrives; the run that takes it in is killed. The live file is whole; the next run gives what an undisturbed one gives."""
    company = own_copy / "sample"
    live = company / "published" / "scalehouse.duckdb"
    before, wanted = file_hash(live), table_hashes(nightly.published)
    # The same customers again: overlapping rows, no new facts, so the undisturbed answer is the one already published, but for the loads.
    source = sorted((company / "inbox" / "shop" / "customers").glob("*.csv"))[0]
    header, first, *_ = source.read_text(encoding="utf-8").splitlines(keepends=True)
    (source.parent / "zz_again.csv").write_text(header + first, encoding="utf-8")
    killed = run_nightly(own_copy, FAULT_AT=step)
    assert killed.code == -signal.SIGKILL, killed.printed
    assert file_hash(live) == before
    again = run_nightly(own_copy)
    assert again.code == 0, again.printed
    found = table_hashes(live)
    assert found.pop("loads") != wanted["loads"]
    assert found == {table: value for table, value in wanted.items() if table != "loads"}
