"""The metrics of cost to serve, limits and packaging over marts of a few rows, worked out on paper; and companies without a source.

Belongs here: what MetricFlow makes of the marts' columns. Does not belong here: the columns themselves (the unit tests beside the models).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.hand_worked import Marts, cell

MAY = {"period_on": "2026-05-01"}
TEAM = {**MAY, "plan": "Team", "customer_segment": "smb", "country": "US"}
LIMIT = {"limit_name": "mails", "plan": "Team", "customer_segment": "smb", "first_hit_on": "2026-05-11", "hit_count": 1}
EVENT = {
    "limit_name": "mails",
    "occurred_on": "2026-05-08",
    "warning_count": 0,
    "overage_count": 0,
    "surprise_count": 0,
    "overage_amount": 0,
}
DEAL = {"approved_on": "2026-05-12", "exception_count": 1}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_cost_to_serve_monthly": [
        {**TEAM, "account_month_id": "1", "account_id": "a1", "driver": "email", "cost_amount": 5},
        {**TEAM, "account_month_id": "2", "account_id": "a1", "driver": "support_time", "cost_amount": "20.25"},
        {**TEAM, "account_month_id": "3", "account_id": "a2", "driver": "email", "cost_amount": 3},
    ],
    "fct_account_economics_monthly": [
        # Three pay: two of them cover their cost, one would cover a power user's. a4 pays nothing and was served: 97 + 50 - 2 - 3 = 142.
        {
            **TEAM, "account_month_id": "1", "margin_amount": 97, "paying_account_count": 1, "covered_account_count": 1,
            "power_user_covered_account_count": 1,
        },
        {
            **TEAM, "account_month_id": "2", "margin_amount": 50, "paying_account_count": 1, "covered_account_count": 1,
            "power_user_covered_account_count": 0,
        },
        {
            **TEAM, "account_month_id": "3", "margin_amount": -2, "paying_account_count": 1, "covered_account_count": 0,
            "power_user_covered_account_count": 0,
        },
        {
            **TEAM, "account_month_id": "4", "plan": "Free", "margin_amount": -3, "paying_account_count": 0, "covered_account_count": 0,
            "power_user_covered_account_count": 0,
        },
    ],
    "fct_platform_monthly": [
        {
            **MAY, "cloud_amount": 25, "idle_amount": 5, "unallocated_amount": 10, "active_account_count": 2, "median_amount": 2,
            "p99_amount": 40,
        },
        # June was not metered: no account has a cost to compare.
        {"period_on": "2026-06-01", "cloud_amount": 30, "idle_amount": 0, "unallocated_amount": 30, "active_account_count": 0},
    ],
    "fct_driver_costs_monthly": [
        {**MAY, "driver_month_id": "1", "driver": "ai_calls", "cost_amount": 920, "is_unbounded": True},
        {**MAY, "driver_month_id": "2", "driver": "email", "cost_amount": 30, "is_unbounded": False},
    ],
    "fct_limit_events": [
        {**EVENT, "limit_event_id": "v1", "warning_count": 1},
        {**EVENT, "limit_event_id": "v2", "overage_count": 1, "overage_amount": 15},
        {**EVENT, "limit_event_id": "v3", "overage_count": 1, "surprise_count": 1, "overage_amount": 4},
    ],
    "fct_limits": [
        # Warned 9 and 10 days before, and not at all; a4 was only warned and hit nothing.
        {**LIMIT, "account_limit_id": "1", "account_id": "a1", "warned_hit_count": 1, "warning_days": 9},
        {**LIMIT, "account_limit_id": "2", "account_id": "a2", "warned_hit_count": 1, "warning_days": 10},
        {**LIMIT, "account_limit_id": "3", "account_id": "a3", "warned_hit_count": 0, "warning_days": None},
        {
            **LIMIT, "account_limit_id": "4", "account_id": "a4", "first_hit_on": None, "first_warned_at": "2026-05-01 10:00:00",
            "hit_count": 0, "warned_hit_count": 0, "warning_days": None,
        },
    ],
    "fct_packaging_exceptions": [
        {**DEAL, "packaging_exception_id": "1", "kind": "custom_price", "bad_boundary_count": 0},
        {**DEAL, "packaging_exception_id": "2", "kind": "manual_approval", "bad_boundary_count": 1},
    ],
    "fct_account_packaging_monthly": [
        {**TEAM, "account_month_id": str(place), "packaged_account_count": 1, "excepted_account_count": int(place == 1)}
        for place in range(4)
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def published(hand_worked_marts: Marts) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "platform", ROWS)
        hand_worked_marts.publish(connection)
        yield connection


@pytest.mark.parametrize(
    ("metric", "on", "grain", "segment", "expected"),
    [
        ("cost_to_serve", "2026-05-01", "month", "all", "28.25"),
        ("cost_to_serve", "2026-05-01", "month", "email", "8"),
        ("driver_cost", "2026-05-01", "month", "all", "950"),
        ("driver_cost", "2026-05-01", "month", "ai_calls", "920"),
        ("account_margin", "2026-05-01", "month", "all", "142"),
        ("account_margin", "2026-05-01", "month", "Team", "145"),
        ("costed_accounts", "2026-05-01", "month", "all", "3"),
        ("covered_account_share", "2026-05-01", "month", "all", "0.6666666667"),
        ("margin_at_100x_share", "2026-05-01", "month", "all", "0.3333333333"),
        ("account_cost_p99", "2026-05-01", "month", "all", "40"),
        ("cost_p99_over_median", "2026-05-01", "month", "all", "20"),
        ("cloud_cost", "2026-05-01", "month", "all", "25"),
        ("idle_share", "2026-05-01", "month", "all", "0.2"),
        ("idle_share", "2026-06-01", "month", "all", "0"),
        ("unallocated_cost", "2026-05-01", "month", "all", "10"),
        ("cost_per_active_account", "2026-05-01", "month", "all", "12.5"),
        ("cost_per_active_account", "2026-06-01", "month", "all", None),
        ("unbounded_cost_drivers", "2026-05-01", "month", "all", "1"),
        ("unbounded_cost_drivers", "2026-05-01", "month", "email", "0"),
        ("limit_warnings", "2026-05-01", "month", "all", "1"),
        ("overages_billed", "2026-04-01", "quarter", "all", "2"),
        ("surprise_invoices", "2026-05-01", "month", "all", "1"),
        ("surprise_invoice_share", "2026-05-01", "month", "mails", "0.5"),
        ("overage_amount", "2026-05-01", "month", "all", "19"),
        ("limits_hit", "2026-05-01", "month", "all", "3"),
        ("limit_warned_share", "2026-05-01", "month", "all", "0.6666666667"),
        ("days_of_warning", "2026-05-01", "month", "all", "9.5"),
        ("packaging_exceptions_approved", "2026-05-01", "month", "all", "2"),
        ("bad_boundaries_approved", "2026-05-01", "month", "manual_approval", "1"),
        ("packaging_exception_share", "2026-05-01", "month", "all", "0.25"),
    ],
)
def test_metric_by_hand(published: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str, expected: str | None) -> None:
    assert cell(published, metric, on, grain, segment) == (Decimal(expected) if expected else None, True)


def test_no_spread_is_told_of_a_month_that_was_not_metered(published: duckdb.DuckDBPyConnection) -> None:
    assert cell(published, "cost_p99_over_median", "2026-06-01", "month", "all") is None


@pytest.mark.parametrize(
    ("lacking", "gone", "kept"),
    [
        ({"cloud_costs"}, {"cost_to_serve", "idle_share", "cost_per_active_account", "unbounded_cost_drivers"}, {"surprise_invoice_share"}),
        (
            {"metered_usage"},
            {"cost_to_serve", "account_margin", "margin_at_100x_share", "cost_p99_over_median"},
            {"cloud_cost", "idle_share"},
        ),
        ({"plan_limits"}, {"unbounded_cost_drivers"}, {"driver_cost", "limits_hit"}),
        ({"limit_events"}, {"surprise_invoice_share", "days_of_warning", "limits_hit", "overage_amount"}, {"packaging_exception_share"}),
        ({"packaging_exceptions"}, {"packaging_exception_share", "bad_boundaries_approved"}, {"surprise_invoice_share", "cost_to_serve"}),
    ],
)
def test_without_a_source_the_metrics_say_what_they_lack(
    hand_worked_marts: Marts, lacking: set[str], gone: set[str], kept: set[str]
) -> None:
    hand_worked_marts.check_what_is_lacking("platform", lacking, gone, kept)
