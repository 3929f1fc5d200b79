"""What serving the sample company's customers costs, and how they came to limits, against planted truth.

Belongs here: comparing the platform marts with truth, on the last day and on a past one, and what must hold between the marts.
Does not belong here: a rule of the models (the unit tests beside them), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from tests.runs import Run

# Truth rounds each account's part for itself; the warehouse lets the parts add up to the month, so one smallest unit may lie between.
SMALLEST_UNIT = Decimal("0.0001")


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("cost_monthly", "idle_monthly", "limits") as connection:
        yield connection


def test_every_account_month_and_driver(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        """
        select truth.month, truth.account_id, truth.driver, cast(truth.quantity as decimal(18, 4)), found.quantity,
            cast(truth.cost_amount as decimal(18, 4)), found.cost_amount
        from truth_cost_monthly as truth
        left join platform.fct_cost_to_serve_monthly as found
            on found.period_on = cast(truth.month as date) and found.account_id = truth.account_id and found.driver = truth.driver
        """
    ).fetchall()
    assert [row for row in rows if row[4] is None or row[3] != row[4]] == []
    assert [row for row in rows if abs(row[5] - row[6]) > SMALLEST_UNIT] == []
    assert len(rows) > 300 and {row[2] for row in rows} >= {"ai_calls", "email", "third_party_apis"}


def test_no_account_month_beyond_the_truth(marts: duckdb.DuckDBPyConnection) -> None:
    """Excluded accounts and accounts of no one are in no row; support time has a truth of its own."""
    beyond = marts.execute(
        """
        select account_id, period_on, driver from platform.fct_cost_to_serve_monthly where driver <> 'support_time'
        except
        select account_id, cast(month as date), driver from truth_cost_monthly
        """
    ).fetchall()
    assert beyond == []


def test_idle_cost_of_every_month(marts: duckdb.DuckDBPyConnection) -> None:
    told = "select cast(month as date), cast(idle_amount as decimal(18, 4)) from truth_idle_monthly"
    found = "select period_on, idle_amount from platform.fct_platform_monthly"
    assert marts.execute(f"({told}) except ({found})").fetchall() == []
    assert len(marts.execute(told).fetchall()) >= 21


def test_who_was_warned_and_whom_an_invoice_surprised(marts: duckdb.DuckDBPyConnection) -> None:
    told = "select account_id, limit_name, kind, cast(days_of_warning as integer) from truth_limits"
    found = """
        select account_id, limit_name, outcome, case when outcome = 'warned' then warning_days end
        from platform.fct_limits where outcome in ('warned', 'surprise')
    """
    assert marts.execute(f"({told}) except all ({found})").fetchall() == []
    assert marts.execute(f"({found}) except all ({told})").fetchall() == []
    assert {kind for (kind,) in marts.execute("select distinct kind from truth_limits").fetchall()} == {"warned", "surprise"}


def test_a_power_user_costs_a_hundred_times_the_others(marts: duckdb.DuckDBPyConnection) -> None:
    """Planted: every 25th account uses far more than a hundred times as much as the account in the middle does of a driver."""
    (spread,) = marts.execute(
        """
        select max(p99_amount / median_amount) from platform.fct_driver_costs_monthly where median_amount > 0 and is_complete
        """
    ).fetchone()  # fmt: skip
    assert spread > 30
    assert marts.execute("select count(*) from platform.fct_platform_monthly where p99_amount < median_amount").fetchall() == [(0,)]


def test_expansion_is_forced_or_voluntary(marts: duckdb.DuckDBPyConnection) -> None:
    differing = marts.execute(
        """
        select period_on, sum(expansion_mrr), sum(forced), sum(voluntary)
        from (
            select period_on, expansion_mrr, 0 as forced, 0 as voluntary from revenue.fct_account_mrr_monthly
            union all
            select period_on, 0, forced_expansion_mrr, voluntary_expansion_mrr from revenue.fct_mrr_drivers_monthly
        ) as both_sides
        group by period_on
        having sum(expansion_mrr) <> sum(forced) + sum(voluntary)
        """
    ).fetchall()
    assert differing == []
    sums = "select sum(forced_expansion_mrr) > 0, sum(voluntary_expansion_mrr) > 0 from revenue.fct_mrr_drivers_monthly"
    assert marts.execute(sums).fetchall() == [(True, True)]


def test_drivers_without_a_limit_are_told(marts: duckdb.DuckDBPyConnection) -> None:
    """Planted: no plan bounds analytics retention and third-party calls."""
    rows = marts.execute("select distinct driver, has_limit from platform.fct_driver_costs_monthly where is_complete").fetchall()
    limited = {driver for driver, has_limit in rows if has_limit}
    assert limited == {"ai_calls", "storage", "email", "jobs", "webhooks"}
    assert marts.execute("select count(*) from platform.fct_driver_costs_monthly where is_unbounded and has_limit").fetchall() == [(0,)]
