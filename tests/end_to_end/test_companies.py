"""Another company: a company file, its own folders, its own published file. Real order exports and nothing else."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.conftest import SHARED_DATA
from tests.runs import run_nightly

REAL = SHARED_DATA / "online_retail"
COMPANY = "companies/online_retail.yml"
# Three days of a small shop in the export's own shape, for where the real exports are absent.
SMALL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
500001,85123A,LANTERN,2,2011-10-03 10:00:00,5.00,17850.0,United Kingdom
500001,71053,CANDLE,1,2011-10-03 10:00:00,2.50,17850.0,United Kingdom
500001,71053,CANDLE,1,2011-10-03 10:00:00,2.50,17850.0,United Kingdom
500002,85123A,LANTERN,4,2011-11-04 11:00:00,5.00,17850.0,United Kingdom
C500003,85123A,LANTERN,-1,2011-11-05 09:00:00,5.00,17850.0,United Kingdom
500004,85123A,LANTERN,2,2011-11-05 12:00:00,5.00,,France
"""


@pytest.mark.slow
def test_a_company_with_nothing_but_orders_runs_green(tmp_path: Path) -> None:
    inbox = tmp_path / "online_retail" / "inbox" / "online_retail" / "transactions"
    inbox.mkdir(parents=True)
    (inbox / "small.csv").write_text(SMALL, encoding="utf-8")
    run = run_nightly(tmp_path, "online_retail", COMPANY=COMPANY)
    assert run.code == 0, run.printed
    assert run.query("select rows_in, accepted, quarantined, duplicates from published.loads") == [(6, 5, 0, 1)]
    # By hand: October 2 x 5.00 + 2.50 = 12.50 in one order; November 4 x 5.00 + 2 x 5.00 = 30.00 in two, 15.00 each; 5.00 given back.
    months = run.query(
        """
        select strftime(period_on, '%Y-%m'), metric, value from published.metrics
        where period_grain = 'month' and segment_kind = 'total' and metric in ('order_revenue', 'aov', 'orders', 'repeat_purchase_rate')
            and period_on in (date '2011-10-01', date '2011-11-01')
        """
    )
    found = {(month, metric): value for month, metric, value in months}
    assert found["2011-10", "order_revenue"] == Decimal("12.5") and found["2011-11", "order_revenue"] == 30
    assert found["2011-11", "aov"] == 15 and found["2011-11", "orders"] == 2
    assert found["2011-10", "repeat_purchase_rate"] == 0 and found["2011-11", "repeat_purchase_rate"] == 1
    lacking = run.query("select status, reason, period_grain, value from published.metrics where metric = 'mrr'")
    assert len(lacking) == 1 and lacking[0][0] == "not_available" and lacking[0][3] is None
    assert "subscriptions" in lacking[0][1]
    assert "subscriptions" in run.query("select missing_providers from published.metric_definitions where metric = 'nrr'")[0][0]
    for table in ("dim_users", "fct_identity_matches", "fct_attributed_touches", "fct_invitations", "fct_ledger_lines", "fct_ltv_to_cac"):
        assert run.query(f"select count(*) from published.{table}") == [(0,)], table
    assert (tmp_path / "sample").exists() is False


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason=f"the real exports are not at {REAL.relative_to(REAL.parents[3])}: nothing to land")
def test_the_real_exports_land_to_the_row_and_publish_by_month(tmp_path: Path) -> None:
    inbox = tmp_path / "online_retail" / "inbox" / "online_retail" / "transactions"
    inbox.mkdir(parents=True)
    for file in sorted(REAL.glob("*.csv.gz")):
        shutil.copy2(file, inbox)
    run = run_nightly(tmp_path, "online_retail", COMPANY=COMPANY)
    assert run.code == 0, run.printed
    totals = run.query("select sum(rows_in), sum(accepted), sum(quarantined), sum(duplicates), count(*) from published.loads")
    assert totals == [(541_909, 536_641, 0, 5_268, 305)]
    with duckdb.connect(str(tmp_path / "online_retail" / "warehouse.duckdb"), read_only=True) as connection:
        (invoices, customers, countries, guests), = connection.execute(
            """
            select count(distinct invoice_no), count(distinct customer_id), count(distinct country),
                count(*) filter (where customer_id is null)
            from raw_online_retail.transactions
            """
        ).fetchall()  # fmt: skip
    assert (invoices, customers, countries) == (25_900, 4_372, 38)
    assert guests <= 135_080
    months = run.query(
        "select count(*) from published.metrics where metric = 'aov' and period_grain = 'month' and segment_kind = 'total' and value > 0"
    )
    assert months == [(13,)]
