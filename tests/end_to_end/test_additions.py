"""Adding a source is a folder and a name under providers; adding a metric is an entry in YAML. Nothing else changes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from tests.end_to_end.contents import table_hashes
from tests.runs import Run, run_nightly

FIXTURES = Path(__file__).parent / "fixtures"
SALES = "Beleg;Zeit;Betrag\nK1;01.06.2026 09:30;1,08\nK2;02.06.2026 18:05;10,80\n"


def project_copy(folder: Path) -> Path:
    """The project's files as they stand, with this environment's packages."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_a_source_and_a_metric_are_added_without_python(nightly: Run, own_copy: Path, tmp_path: Path) -> None:
    project = project_copy(tmp_path / "project")
    shutil.copytree(FIXTURES / "added_source", project / "models" / "staging" / "kiosk")
    shutil.copy(FIXTURES / "added_metric.yml", project / "models" / "marts" / "revenue" / "_revenue__added.yml")
    settings = project / "dbt_project.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("    orders: [shop]", "    orders: [shop, kiosk]"), encoding="utf-8")
    inbox = own_copy / "sample" / "inbox" / "kiosk" / "sales"
    inbox.mkdir(parents=True)
    (inbox / "june.csv").write_bytes(SALES.encode("latin-1"))

    run = run_nightly(own_copy, root=project)
    assert run.code == 0, run.printed

    live = own_copy / "sample" / "published" / "scalehouse.duckdb"
    was, now = table_hashes(nightly.published), table_hashes(live)
    assert was.keys() == now.keys()
    revenue = {
        name for name in was if name.startswith("fct_account_mrr") or name in ("fct_charges", "fct_trials", "dim_accounts", "fct_invoices")
    }
    assert len(revenue) >= 9
    assert {name: now[name] for name in revenue} == {name: was[name] for name in revenue}
    with duckdb.connect(str(live), read_only=True) as connection:
        connection.execute(f"attach '{nightly.published}' as before (read_only)")
        # The two receipts, at 1.08 dollars to the euro: 1.08 x 1.08 and 10.80 x 1.08.
        added = connection.execute(
            """
            select order_id, ordered_on::varchar, revenue_amount::varchar from published.fct_orders
            where order_id like 'kiosk:%' order by 1
            """
        ).fetchall()
        assert added == [("kiosk:K1", "2026-06-01", "1.1664"), ("kiosk:K2", "2026-06-02", "11.6640")]
        gone = "(select * from before.published.fct_orders except select * from published.fct_orders)"
        assert connection.execute(f"select count(*) from {gone}").fetchall() == [(0,)]
        changed = connection.execute(
            """
            select distinct metric from (
                select metric, period_grain, period_on, segment_kind, segment, value from before.published.metrics
                except
                select metric, period_grain, period_on, segment_kind, segment, value from published.metrics
            )
            """
        ).fetchall()
        on_orders = "select metric from published.metric_definitions where list_contains(requires, 'orders')"
        orders = {row[0] for row in connection.execute(on_orders).fetchall()}
        assert {row[0] for row in changed} <= orders
        # The new metric, beside the two it divides.
        rows = connection.execute(
            """
            select m.value, m.numerator, m.denominator, r.value, p.value from published.metrics as m
            inner join published.metrics as r
                on (m.period_grain, m.period_on, m.segment_kind, m.segment) = (r.period_grain, r.period_on, r.segment_kind, r.segment)
            inner join published.metrics as p
                on (m.period_grain, m.period_on, m.segment_kind, m.segment) = (p.period_grain, p.period_on, p.segment_kind, p.segment)
            where m.metric = 'reactivated_accounts_share' and m.period_grain = 'month' and m.segment_kind = 'total'
                and r.metric = 'reactivated_accounts' and p.metric = 'paying_accounts' and p.value > 0
            """
        ).fetchall()
        assert len(rows) > 30
        assert all(numerator == reactivated and denominator == paying for _, numerator, denominator, reactivated, paying in rows)
        assert any(value > 0 for value, *_ in rows)
