"""A firm with two shop systems, worked by hand from landed rows to published metrics.

The run's day is 30 June 2026 in New York, money is reported in dollars (pound 1.27, yen 0.0067, dinar 3.25). Shopper 1 of the shop and
customer 1 of online_retail are two people.

    April   s1 100.00 dollars of shopper 1, placed at 03:30 UTC on 1 May, which is 30 April in New York
    May     s2 50.00 dollars of shopper 1; s3 10,000 yen = 67.00 of shopper 2; s4 10.005 dinars = 32.51625, so 32.5163, of a guest;
            s5 of shopper 2 is cancelled; invoice 900 of customer 1, 2 x 10.00 pounds = 25.40, and 4.00 pounds of postage apart
    June    s6 30.00 dollars of shopper 2; s7 is placed after the day; invoice 903 is a gift and no order
    Refunds f1 20.00 dollars of s1, made in June: April's; f2 5,000 yen = 33.50 of s3: May's; f3 of the cancelled s5 counts 0;
            C901 10.00 pounds = 12.70 of customer 1, which names no order: June's. A902 is bad debt of 100.00 pounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.semantic import publish_metrics
from tests.warehouses import COMMERCE, build, company_vars, compiled, create_raw_tables, create_run

pytestmark = pytest.mark.xdist_group("commerce_two_shops")
AS_OF = date(2026, 6, 30)
BOTH = ["shop", "online_retail"]
COMPANY = {
    "company": "two_shops",
    "starts_on": "2026-04-01",
    "reporting_currency": "USD",
    "time_zone": "America/New_York",
    "providers": {
        "customers": BOTH,
        "orders": BOTH,
        "order_lines": BOTH,
        "order_refunds": BOTH,
        "order_adjustments": ["online_retail"],
    },
}
LANDED = """
insert into raw_shop.customers by name
select id, 'US' as country, timestamp '2026-04-20 12:00:00' as created_at from (values ('1'), ('2'), ('3')) as rows (id);

insert into raw_shop.orders by name
select id, customer_id, status as financial_status, currency, subtotal, 5.0 as shipping, 8.0 as taxes, subtotal + 13 as total, country,
    cast(placed as timestamp) as created_at, cast(cancelled as timestamp) as cancelled_at
from (values
    ('s1', '1', 'partially_refunded', 'USD', 100.00, 'US', '2026-05-01 03:30:00', null),
    ('s2', '1', 'paid', 'USD', 50.00, 'US', '2026-05-10 12:00:00', null),
    ('s3', '2', 'partially_refunded', 'JPY', 10000.00, 'JP', '2026-05-12 12:00:00', null),
    ('s4', null, 'pending', 'KWD', 10.005, 'KW', '2026-05-20 12:00:00', null),
    ('s5', '2', 'refunded', 'USD', 40.00, 'US', '2026-05-21 12:00:00', '2026-05-22 12:00:00'),
    ('s6', '2', 'paid', 'USD', 30.00, 'US', '2026-06-10 12:00:00', null),
    ('s7', '3', 'paid', 'USD', 20.00, 'US', '2026-07-01 12:00:00', null)
) as rows (id, customer_id, status, currency, subtotal, country, placed, cancelled);

insert into raw_shop.order_lines by name
select order_id || '-1' as id, order_id, 'SKU' as sku, 'Mug' as title, quantity, 'USD' as currency, 1.0 as price
from (values ('s1', 1), ('s2', 2), ('s3', 1), ('s4', 3), ('s5', 9), ('s6', 1), ('s7', 1)) as rows (order_id, quantity);

insert into raw_shop.refunds by name
select id, order_id, currency, amount, cast(made as timestamp) as created_at
from (values
    ('f1', 's1', 'USD', 20.00, '2026-06-03 12:00:00'), ('f2', 's3', 'JPY', 5000.00, '2026-05-15 12:00:00'),
    ('f3', 's5', 'USD', 40.00, '2026-05-22 12:00:00')
) as rows (id, order_id, currency, amount, made);

insert into raw_online_retail.transactions by name
select invoice_no, stock_code, 'text' as description, quantity, cast(made as timestamp) as invoice_date, unit_price, customer_id,
    'France' as country
from (values
    ('900', '85123A', 2, 10.00, '1.0', '2026-05-05 11:00:00'), ('900', 'POST', 1, 4.00, '1.0', '2026-05-05 11:00:00'),
    ('C901', '85123A', -1, 10.00, '1.0', '2026-06-07 11:00:00'), ('A902', 'B', 1, -100.00, null, '2026-06-08 11:00:00'),
    ('903', '85123A', 1, 0.00, '1.0', '2026-06-09 11:00:00')
) as rows (invoice_no, stock_code, quantity, unit_price, customer_id, made);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with warehouse.duckdb, marts and published metrics in it, and dbt's target."""
    folder = tmp_path_factory.mktemp("two_shops")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        for source in BOTH:
            create_raw_tables(connection, source)
        create_run(connection, AS_OF, date(2026, 4, 1))
        connection.execute(LANDED)
    build(folder / "warehouse.duckdb", folder / "target", company_vars("companies/online_retail.yml", **COMPANY), *COMMERCE)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        publish_metrics(
            connection,
            folder / "target" / "semantic_manifest.json",
            folder / "target" / "manifest.json",
            COMPANY["providers"],
            AS_OF,
            reporting_currency="USD",
            time_zone="America/New_York",
            cache=folder / "cache",
        )
    return folder


@pytest.fixture
def warehouse(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def periods(warehouse: duckdb.DuckDBPyConnection, metric: str, grain: str, part: str = "value") -> dict[str, Decimal | None]:
    """First day of the period -> `part` of the metric over all segments."""
    found = warehouse.execute(
        f"select cast(period_on as varchar), {part} from published.metrics "
        "where metric = ? and period_grain = ? and segment_kind = 'total'",
        [metric, grain],
    ).fetchall()
    return dict(found)


def segments(warehouse: duckdb.DuckDBPyConnection, metric: str, kind: str, month: str) -> dict[str, Decimal | None]:
    found = warehouse.execute(
        "select segment, value from published.metrics "
        "where metric = ? and period_grain = 'month' and segment_kind = ? and period_on = cast(? as date)",
        [metric, kind, month],
    ).fetchall()
    return dict(found)


MONTHS = ("2026-04-01", "2026-05-01", "2026-06-01")


@pytest.mark.parametrize(
    ("metric", "april", "may", "june"),
    [
        ("order_revenue", "100", "174.9163", "30"),
        ("orders", "1", "4", "1"),
        ("aov", "100", "43.729075", "30"),
        ("order_units", "1", "8", "1"),
        ("units_per_order", "1", "2", "1"),
        ("guest_order_share", "0", "0.25", "0"),
        ("order_refunds", "20", "33.5", "12.7"),
        ("order_refund_rate", "0.2", "0.1915201728", "0.4233333333"),
        ("net_order_revenue", "80", "141.4163", "17.3"),
        ("ordering_customers", "1", "3", "1"),
        ("new_customers", "1", "2", "0"),
        ("returning_customers", "0", "1", "1"),
        ("repeat_purchase_rate", "0", "0.3333333333", "1"),
    ],
)
def test_months(warehouse: duckdb.DuckDBPyConnection, metric: str, april: str, may: str, june: str) -> None:
    assert periods(warehouse, metric, "month") == dict(zip(MONTHS, map(Decimal, (april, may, june)), strict=True))


def test_refunds_issued_are_those_of_the_month_in_which_the_money_left(warehouse: duckdb.DuckDBPyConnection) -> None:
    """f2 in May; f1 and C901 in June: 20.00 + 12.70."""
    found = {month: value for month, value in periods(warehouse, "order_refunds_issued", "month").items() if value}
    assert found == {"2026-05-01": Decimal("33.5"), "2026-06-01": Decimal("32.7")}


def test_a_quarter_is_no_mean_of_its_months(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Three customers ordered, shoppers 1 and 2 twice; 304.9163 over 6 orders is 50.81938333..."""
    assert periods(warehouse, "repeat_purchase_rate", "quarter") == {"2026-04-01": Decimal("0.6666666667")}
    assert periods(warehouse, "aov", "quarter") == {"2026-04-01": Decimal("50.8193833333")}
    assert periods(warehouse, "new_customers", "quarter") == {"2026-04-01": Decimal(3)}


def test_days_and_weeks_are_those_of_the_reporting_time_zone(warehouse: duckdb.DuckDBPyConnection) -> None:
    """s1 belongs to Thursday 30 April and to the week of Monday 27 April."""
    assert periods(warehouse, "order_revenue", "day")["2026-04-30"] == Decimal(100)
    assert "2026-05-01" not in periods(warehouse, "order_revenue", "day")
    assert periods(warehouse, "order_revenue", "week")["2026-04-27"] == Decimal(100)


def test_segments_add_up_to_the_whole(warehouse: duckdb.DuckDBPyConnection) -> None:
    may = MONTHS[1]
    countries = {"US": "50", "JP": "67", "KW": "32.5163", "FR": "25.4"}
    currencies = {"USD": "50", "JPY": "67", "KWD": "32.5163", "GBP": "25.4"}
    cohorts = {"2026-04": "50", "2026-05": "92.4", "guest": "32.5163"}
    for kind, expected in (("country", countries), ("currency", currencies), ("acquisition_month", cohorts)):
        found = {segment: value for segment, value in segments(warehouse, "order_revenue", kind, may).items() if value}
        assert found == {segment: Decimal(value) for segment, value in expected.items()}, kind


def test_a_rate_without_revenue_is_null(warehouse: duckdb.DuckDBPyConnection) -> None:
    """In June France gave 12.70 back and ordered nothing."""
    assert segments(warehouse, "order_refund_rate", "country", MONTHS[2])["FR"] is None


def test_small_samples_are_said_to_be_small(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert periods(warehouse, "repeat_purchase_rate", "month", "sample_size")[MONTHS[1]] == 3
    assert periods(warehouse, "repeat_purchase_rate", "month", "status")[MONTHS[1]] == "not_enough_data"


def test_metrics_of_systems_that_the_company_lacks_are_not_available(warehouse: duckdb.DuckDBPyConnection) -> None:
    # What an order is worth needs a margin, and so the books; everything else about orders needs orders only.
    lacking = "select metric, missing_providers from published.metric_definitions where owner = 'commerce' and availability <> 'available'"
    found = warehouse.execute(f"{lacking} order by metric").fetchall()
    books = ["ledger_accounts", "ledger_lines"]
    assert found == [(name, books) for name in ("ltv_orders", "ltv_orders_customers", "ltv_orders_of_new_customers")]


def test_what_is_neither_order_nor_refund_stays_in_sight(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A902, -100.00 pounds x 1.27; the gift of invoice 903."""
    found = warehouse.execute("select kind, adjustment_amount, quantity from commerce.fct_order_adjustments order by kind").fetchall()
    assert found == [("adjustment", Decimal(-127), 1), ("free_item", Decimal(0), 1)]


def test_the_cancelled_order_is_kept_and_counts_nowhere(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "select is_cancelled, revenue_amount, refunded_amount, customer_order_number, native_subtotal_amount "
        "from commerce.fct_orders where order_id = 'shop:s5'"
    ).fetchall()
    assert found == [(True, Decimal(0), Decimal(0), None, Decimal(40))]
    customer = warehouse.execute("select order_count, first_ordered_on from commerce.dim_customers where customer_id = 'shop:2'").fetchall()
    assert customer == [(2, date(2026, 5, 12))]


@pytest.mark.parametrize(
    ("reconciliation", "damage"),
    [
        ("orders_and_refunds_do_not_fan_out", "insert into commerce.fct_orders from commerce.fct_orders where order_id = 'shop:s3'"),
        ("orders_and_refunds_do_not_fan_out", "delete from commerce.fct_order_refunds where order_refund_id = 'shop:f1'"),
        ("customer_clocks_agree", "delete from commerce.fct_customer_orders_weekly where customer_id = 'shop:2'"),
        ("countries_are_known", "insert into intermediate.int_order_countries__coded values ('Narnia', 'ZZ')"),
    ],
)
def test_damage_fails_a_reconciliation(folder: Path, reconciliation: str, damage: str) -> None:
    check = compiled(folder / "target", f"commerce_{reconciliation}")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("begin")
        assert connection.execute(check).fetchall() == []
        connection.execute(damage)
        assert len(connection.execute(check).fetchall()) == 1
        connection.execute("rollback")
