"""The real exports of the online retailer: what their README says of them, and what the marts make of them.

RETAIL_WAREHOUSE=<file> compares a warehouse or published file that a whole run made, in place of the one built here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.commerce.retail_by_hand import Retail, read_exports
from tests.warehouses import COMMERCE, ROOT, build, company_vars, compiled, create_raw_tables, create_run

EXPORTS = ROOT.parent / "shared" / "data" / "online_retail"
pytestmark = [
    pytest.mark.skipif(not EXPORTS.is_dir(), reason=f"the real exports are not here: expected the folder {EXPORTS}"),
    pytest.mark.xdist_group("commerce_retail"),
]
_HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")


@dataclass(frozen=True)
class Built:
    """A warehouse with the commerce marts, and dbt's target folder of the build."""

    warehouse: Path
    target: Path


@pytest.fixture(scope="module")
def retail() -> Retail:
    return read_exports(EXPORTS)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("retail")
    built = Built(folder / "warehouse.duckdb", folder / "target")
    with duckdb.connect(str(built.warehouse)) as connection:
        create_raw_tables(connection, "online_retail")
        create_run(connection, date(2011, 12, 9), date(2010, 12, 1))
        connection.execute(
            """
            insert into raw_online_retail.transactions by name
            select distinct
                InvoiceNo as invoice_no, StockCode as stock_code, Description as description, cast(Quantity as bigint) as quantity,
                timezone('UTC', timezone('Europe/London', cast(InvoiceDate as timestamp))) as invoice_date,
                cast(UnitPrice as decimal(18, 4)) as unit_price, CustomerID as customer_id, Country as country
            from read_csv($files, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = $columns)
            """,
            {"files": str(EXPORTS / "*.csv.gz"), "columns": dict.fromkeys(_HEADER, "varchar")},
        )
    build(built.warehouse, folder / "target", company_vars("companies/online_retail.yml"), *COMMERCE)
    return built


@pytest.fixture
def marts(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    given = os.environ.get("RETAIL_WAREHOUSE")
    file = Path(given) if given else request.getfixturevalue("built").warehouse
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def thousandths(value: object) -> int:
    return int(value * 1000)  # type: ignore[operator]


def test_the_files_are_those_that_their_readme_describes(retail: Retail) -> None:
    assert retail.lines == 541_909
    assert len(retail.invoices) == 25_900
    assert len(retail.customers) == 4_372
    assert len(retail.countries) == 38
    assert retail.guest_lines == 135_080
    assert (retail.cancellation_lines, len(retail.cancellations)) == (9_288, 3_836)
    assert retail.duplicates == 5_268
    assert retail.least_price == -11_062_060
    assert retail.net == 9_747_747_934


def test_every_pound_of_the_files_is_published_somewhere(retail: Retail, marts: duckdb.DuckDBPyConnection) -> None:
    """All lines less repeated lines = goods + carriage of orders - refunds + what is neither."""
    orders = marts.execute("select sum(native_subtotal_amount) + sum(native_shipping_amount) from commerce.fct_orders").fetchall()[0][0]
    refunds = marts.execute("select sum(native_amount) from commerce.fct_order_refunds").fetchall()[0][0]
    others = marts.execute("select sum(native_amount) from commerce.fct_order_adjustments").fetchall()[0][0]
    assert thousandths(orders - refunds + others) == retail.net - retail.net_of_duplicates == 9_726_006_954


def test_months_of_revenue_orders_and_refunds(retail: Retail, marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select strftime(counted_on, '%Y-%m'), sum(revenue_amount), sum(order_count), sum(refunded_amount) "
        "from commerce.fct_order_ledger group by all"
    ).fetchall()
    assert {month: (thousandths(revenue), orders, thousandths(refunded)) for month, revenue, orders, refunded in found} == {
        name: (month.revenue, month.orders, month.refunded) for name, month in retail.months.items()
    }
    assert len(found) == 13


def test_months_of_customers(retail: Retail, marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select strftime(period_on, '%Y-%m'), sum(ordering_customer_count), sum(repeat_customer_count), sum(new_customer_count) "
        "from commerce.fct_customer_orders_monthly group by all"
    ).fetchall()
    assert {month: tuple(counts) for month, *counts in found} == {
        name: (month.buyers, month.repeat, month.new) for name, month in retail.months.items()
    }


def test_customers(retail: Retail, marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select count(*), count(*) filter (order_count > 0), count(*) filter (is_repeat_customer) from commerce.dim_customers"
    ).fetchall()[0]
    assert found == (len(retail.customers), retail.customers_with_orders, retail.customers_with_two)


def test_only_the_last_period_runs(marts: duckdb.DuckDBPyConnection) -> None:
    """The files end on Friday 9 December 2011: that month, week and quarter are not complete."""
    for clock, first_day in (("monthly", date(2011, 12, 1)), ("weekly", date(2011, 12, 5)), ("quarterly", date(2011, 10, 1))):
        running = marts.execute(f"select distinct period_on from commerce.fct_customer_orders_{clock} where not is_complete").fetchall()
        assert running == [(first_day,)], clock


@pytest.mark.parametrize(
    "loss",
    [
        "delete from commerce.fct_orders where order_id = 'online_retail:536365'",
        "delete from commerce.fct_order_adjustments where kind = 'stock_write_off'",
        "update commerce.fct_order_refunds set native_amount = native_amount + 0.0001 "
        "where order_refund_id = 'online_retail:C536391:cancellation'",
    ],
)
def test_a_lost_line_or_a_ten_thousandth_fails_the_reconciliation(built: Built, loss: str) -> None:
    reconciliation = compiled(built.target, "commerce_landed_lines_are_accounted_for")
    with duckdb.connect(str(built.warehouse)) as connection:
        connection.execute("begin")
        assert connection.execute(reconciliation).fetchall() == []
        assert connection.execute(loss).fetchall()[0][0] > 0
        assert len(connection.execute(reconciliation).fetchall()) == 1
        connection.execute("rollback")
