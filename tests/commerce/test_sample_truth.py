"""The sample company's shop against its planted truth, order by order and month by month, to the ten-thousandth.

The truth comes from the simulation's own state. The past day is computed from the exports of today: nothing of later may show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from sample_company.clock import ENDS_ON, STARTS_ON
from sample_company.write import write
from tests.warehouses import COMMERCE, ROOT, build, company, create_raw_tables, create_run

pytestmark = pytest.mark.xdist_group("commerce_sample")
PAST = date(2025, 3, 31)
SCALE = 0.25


@dataclass(frozen=True)
class Known:
    """A warehouse as of a day, and the folder with the truth of that day."""

    warehouse: Path
    truth: Path


def land_as_text(connection: duckdb.DuckDBPyConnection, inbox: Path) -> None:
    """The shop's exports in their raw tables: the latest version of each key, times in UTC."""
    contract = yaml.safe_load((ROOT / "models" / "staging" / "shop" / "_shop__sources.yml").read_text(encoding="utf-8"))
    for table in contract["sources"][0]["tables"]:
        names = {column["config"]["meta"]["source_name"]: column for column in table["columns"]}
        values = []
        for header, column in names.items():
            text = f"nullif(\"{header}\", '')"
            if column["data_type"] == "timestamp":
                text = f"timezone('UTC', strptime({text}, '%Y-%m-%d %H:%M:%S %z'))"
            values.append(f"cast({text} as {column['data_type']}) as {column['name']}")
        keys = table["config"]["meta"]
        connection.execute(
            f"""
            insert into raw_shop.{table["name"]} by name
            select {", ".join(values)}
            from read_csv($files, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = $columns)
            qualify row_number() over (partition by {keys["key"][0]} order by {keys["cursor"]} desc) = 1
            """,
            {"files": str(inbox / "shop" / table["name"] / "*"), "columns": dict.fromkeys(names, "varchar")},
        )


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with warehouse.duckdb, which holds the exports of the last day as raw tables."""
    folder = tmp_path_factory.mktemp("sample")
    write(folder / "inbox", folder / f"truth_{ENDS_ON}", scale=SCALE)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        create_raw_tables(connection, "shop")
        land_as_text(connection, folder / "inbox")
    return folder


@pytest.fixture(scope="module", params=[ENDS_ON, PAST], ids=["today", "a_past_day"])
def known(request: pytest.FixtureRequest, landed: Path) -> Known:
    truth = landed / f"truth_{request.param}"
    if not truth.is_dir():
        write(landed / f"inbox_{request.param}", truth, scale=SCALE, until=request.param)
    with duckdb.connect(str(landed / "warehouse.duckdb")) as connection:
        create_run(connection, request.param, STARTS_ON)
    build(landed / "warehouse.duckdb", landed / "target", company(), *COMMERCE)
    return Known(landed / "warehouse.duckdb", truth)


@pytest.fixture
def marts(known: Known) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(known.warehouse), read_only=True) as connection:
        for name in ("orders", "orders_month"):
            connection.execute(f"create temp table truth_{name} as select * from read_csv('{known.truth / name}.csv', all_varchar = true)")
        yield connection


def test_every_order(marts: duckdb.DuckDBPyConnection) -> None:
    """Same orders, days, customers, countries, revenue, refunds and place in the customer's history."""
    told = """
        select order_id, customer_id, cast(ordered_on as date), cast(is_counted as boolean), currency, country,
            case when is_counted = 'true' then cast(revenue as decimal(18, 4)) else 0 end, cast(refunded as decimal(18, 4)),
            nullif(cast(customer_order_number as bigint), 0)
        from truth_orders
    """
    found = """
        select order_id, customer_id, ordered_on, not is_cancelled, currency, country, revenue_amount, refunded_amount,
            customer_order_number
        from commerce.fct_orders
    """
    assert marts.execute(f"({told}) except all ({found})").fetchall() == []
    assert marts.execute(f"({found}) except all ({told})").fetchall() == []
    assert marts.execute("select count(*) > 500, count(*) filter (customer_id is null) > 10 from truth_orders").fetchall() == [(True, True)]


def test_every_month(marts: duckdb.DuckDBPyConnection) -> None:
    told = """
        select cast(period_on as date), cast(orders as bigint), cast(revenue as decimal(38, 4)), cast(refunded as decimal(38, 4)),
            cast(repeat_orders as bigint), cast(customers as bigint), cast(repeat_customers as bigint)
        from truth_orders_month
        where orders <> '0'
    """
    found = """
        select ledger.*, customers.* exclude (period_on)
        from (
            select cast(date_trunc('month', counted_on) as date) as period_on, cast(sum(order_count) as bigint), sum(revenue_amount),
                sum(refunded_amount), cast(sum(repeat_order_count) as bigint)
            from commerce.fct_order_ledger group by all
        ) as ledger
        inner join (
            select period_on, cast(sum(ordering_customer_count) as bigint), cast(sum(repeat_customer_count) as bigint)
            from commerce.fct_customer_orders_monthly group by all
        ) as customers on ledger.period_on = customers.period_on
    """
    assert marts.execute(f"({told}) except all ({found})").fetchall() == []
    assert marts.execute(f"({found}) except all ({told})").fetchall() == []
    assert marts.execute("select count(*) >= 21 from truth_orders_month").fetchall() == [(True,)]


def test_refunds_by_the_month_in_which_the_money_left(marts: duckdb.DuckDBPyConnection) -> None:
    told = marts.execute(
        "select cast(period_on as date), cast(refunded_in_month as decimal(38, 4)) from truth_orders_month "
        "where cast(refunded_in_month as decimal(38, 4)) > 0 order by 1"
    ).fetchall()
    found = marts.execute(
        "select cast(date_trunc('month', entered_on) as date) as period_on, sum(refunded_amount) from commerce.fct_order_ledger "
        "group by all having sum(refunded_amount) > 0 order by 1"
    ).fetchall()
    assert found == told
