"""The reliability metrics over marts of a few rows, worked out on paper; and companies without a source.

Belongs here: what MetricFlow makes of the marts' columns. Does not belong here: the columns themselves (the unit tests beside the models).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.hand_worked import Marts, cell

INCIDENT = {"started_on": "2026-05-12", "service": "api", "incident_count": 1, "acknowledged_count": 1, "resolved_count": 1}
SLO = {"slo_id": "s", "slo_name": "availability", "day_on": "2026-05-31", "is_window_whole": True}
JOBS = {"period_on": "2026-05-01", "plan": "Team"}
DELIVERY = {"last_attempted_on": "2026-05-12", "delivery_count": 1}
EVENT = {"occurred_on": "2026-05-12", "event_count": 1, "event_kind": "ticket"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_incidents": [
        # May: taken after 4 and 8 minutes, over after 61 and 30. June: one is over after 5, one is neither taken nor over.
        {
            **INCIDENT, "incident_id": "i1", "severity": "sev1", "acknowledge_minutes": 4, "restore_minutes": 61,
            "deployment_incident_count": 1, "runbook_incident_count": 1,
        },
        {
            **INCIDENT, "incident_id": "i2", "severity": "sev2", "acknowledge_minutes": 8, "restore_minutes": 30,
            "deployment_incident_count": 0, "runbook_incident_count": 0,
        },
        {
            **INCIDENT, "incident_id": "i3", "severity": "sev2", "started_on": "2026-06-01", "acknowledge_minutes": 1, "restore_minutes": 5,
            "deployment_incident_count": 0, "runbook_incident_count": 0,
        },
        {
            **INCIDENT, "incident_id": "i4", "severity": "sev2", "started_on": "2026-06-30", "acknowledged_count": 0, "resolved_count": 0,
            "deployment_incident_count": 0, "runbook_incident_count": 0,
        },
    ],
    "fct_on_call_shifts": [
        {"shift_id": "s1", "first_paged_on": "2026-05-12", "page_count": 3, "shift_count": 1},
        {"shift_id": "s2", "first_paged_on": "2026-05-13", "page_count": 1, "shift_count": 1},
    ],
    "fct_services": [
        # 5 of 6 signals; one of two has a runbook.
        {
            "service": "api", "team": "core", "observed_on": "2026-06-30", "signal_count": 3, "expected_signal_count": 3,
            "service_count": 1, "runbook_service_count": 1,
        },
        {
            "service": "web", "team": None, "observed_on": "2026-06-30", "signal_count": 2, "expected_signal_count": 3,
            "service_count": 1, "runbook_service_count": 0,
        },
    ],
    "fct_slo_windows": [
        # 31 May: paid 97 of 100, free 198 of 200; the rows of all are the same events. Of the budgets of 10 and 20, 7 and 18 are left.
        {
            **SLO, "slo_window_id": "a", "plan_group": "paid", "good_count": 97, "total_count": 100, "budget_count": 10,
            "budget_left_count": 7,
        },
        {
            **SLO, "slo_window_id": "b", "plan_group": "free", "good_count": 198, "total_count": 200, "budget_count": 20,
            "budget_left_count": 18,
        },
        {
            **SLO, "slo_window_id": "c", "plan_group": "all", "good_count": 295, "total_count": 300, "budget_count": 30,
            "budget_left_count": 25,
        },
        # The day before paid was 100 of 100; its window overlaps and is not added.
        {
            **SLO, "slo_window_id": "d", "plan_group": "paid", "day_on": "2026-05-30", "good_count": 100, "total_count": 100,
            "budget_count": 10, "budget_left_count": 1,
        },
        # Of a window that the counts do not reach back over, no budget is told.
        {
            **SLO, "slo_window_id": "e", "plan_group": "paid", "day_on": "2026-04-30", "good_count": 1, "total_count": 2,
            "budget_count": 10, "budget_left_count": 1, "is_window_whole": False,
        },
    ],
    "fct_slo_alerts": [
        # One outage, seen by all, by the paying and by the free: it is one alert.
        {
            "slo_alert_id": group, "slo_name": "availability", "plan_group": group, "alert": "page_fast", "fired_on": "2026-05-12",
            "alert_count": 1,
        }
        for group in ("all", "paid", "free")
    ],
    "fct_job_runs_monthly": [
        # 2 of 10 failed; the export alone 2 of 8. 2 of 10 were retries.
        {**JOBS, "job_month_id": "1", "account_id": "a", "job_name": "export", "run_count": 8, "failed_count": 2, "retry_count": 1},
        {**JOBS, "job_month_id": "2", "account_id": "b", "job_name": "sync", "run_count": 2, "failed_count": 0, "retry_count": 1},
    ],
    "fct_stuck_workflows_monthly": [
        {"period_on": "2026-04-01", "stuck_workflow_count": 3},
        {"period_on": "2026-05-01", "stuck_workflow_count": 5},
        {"period_on": "2026-06-01", "stuck_workflow_count": 2},
    ],
    "fct_webhook_attempts_monthly": [
        {"webhook_month_id": "1", "period_on": "2026-05-01", "account_id": "a", "attempt_count": 12, "retry_count": 5},
        {"webhook_month_id": "2", "period_on": "2026-05-01", "account_id": "b", "attempt_count": 8, "retry_count": 0},
    ],
    "fct_webhook_deliveries": [
        {**DELIVERY, "delivery_id": "d1", "failed_delivery_count": 1},
        {**DELIVERY, "delivery_id": "d2", "failed_delivery_count": 0},
        {**DELIVERY, "delivery_id": "d3", "failed_delivery_count": 0},
        {**DELIVERY, "delivery_id": "d4", "failed_delivery_count": 0},
    ],
    "fct_account_timeline": [
        {**EVENT, "timeline_event_id": "1", "layer": "system", "joined_event_count": 1},
        {**EVENT, "timeline_event_id": "2", "layer": "system", "joined_event_count": 0},
        {**EVENT, "timeline_event_id": "3", "layer": "product", "joined_event_count": 1},
        {**EVENT, "timeline_event_id": "4", "layer": "operations", "joined_event_count": 1},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def published(hand_worked_marts: Marts) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "reliability", ROWS)
        hand_worked_marts.publish(connection)
        yield connection


@pytest.mark.parametrize(
    ("metric", "on", "grain", "segment", "expected", "is_complete"),
    [
        ("incidents", "2026-05-01", "month", "all", "2", True),
        ("incidents", "2026-05-01", "month", "sev1", "1", True),
        ("incidents_from_deployments", "2026-05-01", "month", "all", "1", True),
        ("runbook_coverage", "2026-05-01", "month", "all", "0.5", True),
        ("mean_minutes_to_acknowledge", "2026-05-01", "month", "all", "6", True),
        ("mean_minutes_to_restore", "2026-05-01", "month", "all", "45.5", True),
        # One incident of June is open: 5 minutes so far, and more to come.
        ("mean_minutes_to_restore", "2026-06-01", "month", "all", "5", False),
        ("incidents_open", "2026-06-01", "month", "all", "1", True),
        ("pages_per_shift", "2026-05-01", "month", "all", "2", True),
        ("observability_coverage", "2026-06-30", "day", "all", "0.8333333333", True),
        ("observability_coverage", "2026-06-30", "day", "core", "1", True),
        ("service_runbook_share", "2026-06-30", "day", "all", "0.5", True),
        # 97 + 198 + 100 of 100 + 200 + 100.
        ("slo_good_ratio", "2026-05-01", "month", "all", "0.9875", True),
        ("slo_good_ratio", "2026-05-01", "month", "paid", "0.985", True),
        ("slo_good_ratio", "2026-05-01", "month", "free", "0.99", True),
        ("paid_plan_slo_gap", "2026-05-01", "month", "all", "-0.005", True),
        ("slo_events", "2026-05-01", "month", "all", "400", True),
        # 7 + 18 of 10 + 20 on the last day.
        ("error_budget_left", "2026-05-01", "month", "all", "0.8333333333", True),
        ("error_budget_left", "2026-05-01", "month", "paid", "0.7", True),
        ("slo_alerts_fired", "2026-05-01", "month", "page_fast", "1", True),
        ("job_runs", "2026-05-01", "month", "all", "10", True),
        ("failed_job_rate", "2026-05-01", "month", "all", "0.2", True),
        ("failed_job_rate", "2026-05-01", "month", "export", "0.25", True),
        ("job_retry_share", "2026-05-01", "month", "all", "0.2", True),
        # A level: the quarter has June's, not the sum.
        ("stuck_workflows", "2026-04-01", "quarter", "all", "2", True),
        ("stuck_workflows", "2026-05-01", "month", "all", "5", True),
        ("webhook_retry_share", "2026-05-01", "month", "all", "0.25", True),
        ("webhook_failure_share", "2026-05-01", "month", "all", "0.25", True),
        ("observability_joined_share", "2026-05-01", "month", "all", "0.75", True),
        ("observability_joined_share", "2026-05-01", "month", "system", "0.5", True),
    ],
)
def test_metric_by_hand(
    published: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str, expected: str, is_complete: bool
) -> None:
    assert cell(published, metric, on, grain, segment) == (Decimal(expected), is_complete)


def test_no_budget_is_told_of_a_window_that_is_not_whole(published: duckdb.DuckDBPyConnection) -> None:
    assert cell(published, "error_budget_left", "2026-04-01", "month", "all") is None
    assert cell(published, "slo_good_ratio", "2026-04-01", "month", "all") == (Decimal("0.5"), True)


@pytest.mark.parametrize(
    ("lacking", "gone", "kept"),
    [
        ({"incidents"}, {"incidents", "mean_minutes_to_restore", "runbook_coverage"}, {"pages_per_shift", "service_runbook_share"}),
        ({"on_call_pages"}, {"on_call_pages", "pages_per_shift"}, {"incidents", "runbook_coverage"}),
        ({"services"}, {"observability_coverage", "service_runbook_share"}, {"incidents", "slo_good_ratio"}),
        ({"slo_counts"}, {"slo_good_ratio", "error_budget_left", "slo_alerts_fired", "paid_plan_slo_gap"}, {"failed_job_rate"}),
        ({"slo_objectives"}, {"slo_good_ratio", "error_budget_left", "slo_alerts_fired", "paid_plan_slo_gap"}, {"failed_job_rate"}),
        ({"job_runs"}, {"failed_job_rate", "job_retry_share", "stuck_workflows"}, {"webhook_retry_share", "timeline_events"}),
        ({"webhook_attempts"}, {"webhook_retry_share", "webhook_failure_share"}, {"failed_job_rate", "timeline_events"}),
        ({"deployments", "deployment_states"}, {"observability_joined_share"}, {"timeline_events", "incidents"}),
    ],
)
def test_without_a_source_the_metrics_say_what_they_lack(
    hand_worked_marts: Marts, lacking: set[str], gone: set[str], kept: set[str]
) -> None:
    hand_worked_marts.check_what_is_lacking("reliability", lacking, gone, kept)
