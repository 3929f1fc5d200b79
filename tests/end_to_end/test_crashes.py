"""kill -9 at each step between landing and publishing, each run taking over from the one killed before; then an undisturbed run: the
same tables as if nothing had happened. (Landing's and publishing's own steps are killed in tests/landing and tests/publish.)"""

from __future__ import annotations

import signal

import pytest

from tests.end_to_end.conftest import SmallHouse
from tests.end_to_end.contents import file_hash, table_hashes

STEPS = (
    "land.before_commit",
    "warehouse.before_views",
    "warehouse.views_made",
    "warehouse.dbt_built",
    "metrics.written",
    "publish.before_swap",
)


@pytest.mark.slow
def test_killed_at_every_step_the_next_run_converges(small_house: SmallHouse) -> None:
    live = small_house.live
    before, wanted = file_hash(live), table_hashes(live)
    # One customer again, to the letter: rows to land but no new fact, so the right answer is known: the published one, but for the loads.
    source = min((small_house.company / "inbox" / "shop" / "customers").glob("*.csv"))
    header, first, *_ = source.read_text(encoding="utf-8").splitlines(keepends=True)
    (source.parent / "zz_again.csv").write_text(header + first, encoding="utf-8")
    for step in STEPS:
        killed = small_house.run(FAULT_AT=step)
        assert killed.code == -signal.SIGKILL, f"{step}: {killed.printed}"
        assert file_hash(live) == before, step
    again = small_house.run()
    assert again.code == 0, again.printed
    found = table_hashes(live)
    assert found.pop("loads") != wanted.pop("loads")
    assert found == wanted
    leftovers = [path.name for path in (small_house.company / "published").iterdir() if path.name.startswith(".candidate")]
    assert leftovers == []
