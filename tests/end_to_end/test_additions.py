"""Adding a source is a folder and a name under providers; adding a metric is an entry in YAML. Nothing else changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.end_to_end.conftest import SmallHouse
from tests.end_to_end.contents import table_hashes
from tests.runs import run_nightly

FIXTURES = Path(__file__).parent / "fixtures"
SALES = "Beleg;Zeit;Betrag\nK1;01.06.2026 09:30;1,08\nK2;02.06.2026 18:05;10,80\n"


@pytest.mark.slow
def test_a_source_and_a_metric_are_added_without_python(small_house: SmallHouse, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(small_house.project, project)
    shutil.copytree(FIXTURES / "added_source", project / "models" / "staging" / "kiosk")
    shutil.copy(FIXTURES / "added_metric.yml", project / "models" / "marts" / "commerce" / "_commerce__added.yml")
    settings = project / "dbt_project.yml"
    values = yaml.safe_load(settings.read_text(encoding="utf-8"))
    values["vars"]["providers"]["orders"].append("kiosk")
    settings.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
    inbox = small_house.company / "inbox" / "kiosk" / "sales"
    inbox.mkdir(parents=True)
    (inbox / "june.csv").write_bytes(SALES.encode("latin-1"))

    run = run_nightly(small_house.data, root=project)
    assert run.code == 0, run.printed

    was, now = table_hashes(small_house.finished.published), table_hashes(small_house.live)
    assert was.keys() == now.keys()
    assert [name for name in ("fct_order_refunds", "fct_order_adjustments") if was[name] != now[name]] == []
    with duckdb.connect(str(small_house.live), read_only=True) as connection:
        connection.execute(f"attach '{small_house.finished.published}' as before (read_only)")
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
        # The new metric, beside the two it divides.
        rows = connection.execute(
            """
            select m.value, m.numerator, m.denominator, r.value, p.value from published.metrics as m
            inner join published.metrics as r
                on (m.period_grain, m.period_on, m.segment_kind, m.segment) = (r.period_grain, r.period_on, r.segment_kind, r.segment)
            inner join published.metrics as p
                on (m.period_grain, m.period_on, m.segment_kind, m.segment) = (p.period_grain, p.period_on, p.segment_kind, p.segment)
            where m.metric = 'new_customers_share' and m.period_grain = 'month' and m.segment_kind = 'total'
                and r.metric = 'new_customers' and p.metric = 'ordering_customers' and p.value > 0
            """
        ).fetchall()
        assert len(rows) > 30
        assert all(numerator == new and denominator == all_of_them for _, numerator, denominator, new, all_of_them in rows)
        assert any(value > 0 for value, *_ in rows)
