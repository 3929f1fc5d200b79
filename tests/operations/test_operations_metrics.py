"""The metrics of manual work, procedures and automation over marts of a few rows, worked out on paper; and companies without a source.

Belongs here: what MetricFlow makes of the marts' columns. Does not belong here: the columns themselves (the unit tests beside the models).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.hand_worked import Marts, cell

WORK = {"performed_on": "2026-05-12", "kind": "import", "team": "success", "intervention_count": 1}
MAY = {"period_on": "2026-05-01", "customer_segment": "smb", "country": "US", "plan": "Team"}
ALERT = {"period_on": "2026-05-01", "judged_count": 1, "pending_count": 0}
JUNE_ALERT = {**ALERT, "period_on": "2026-06-01"}
TASK = {"observed_on": "2026-06-30"}
RUN = {
    "triggered_on": "2026-05-12", "process": "onboarding", "run_count": 1, "open_count": 0, "sla_judged_count": 1, "sla_met_count": 1,
    "sla_pending_count": 0, "escalation_judged_count": 0, "escalation_met_count": 0, "escalation_pending_count": 0,
    "onboarding_judged_count": 1, "onboarding_met_count": 1, "onboarding_pending_count": 0,
}  # fmt: skip
OPEN = {
    **RUN, "triggered_on": "2026-06-29", "open_count": 1, "sla_judged_count": 0, "sla_met_count": 0, "sla_pending_count": 1,
    "escalation_pending_count": 1, "onboarding_judged_count": 0, "onboarding_met_count": 0, "onboarding_pending_count": 1,
}  # fmt: skip
DAY = {"day_on": "2026-05-31", "judged_day_count": 1, "above_capacity_day_count": 0}
SOP = {"period_on": "2026-05-01", "sop_count": 1, "template_complete_count": 1, "required_person_count": 2}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_manual_interventions": [
        {**WORK, "intervention_id": "m1", "minute_count": 10, "sop_intervention_count": 1},
        {**WORK, "intervention_id": "m2", "minute_count": 20, "sop_intervention_count": 1},
        {**WORK, "intervention_id": "m3", "minute_count": 30, "sop_intervention_count": 0, "kind": "refund"},
    ],
    "fct_account_manual_monthly": [
        # 60 minutes in 3 interventions for 2 active accounts; half of the minutes were for nobody known.
        {
            **MAY, "account_month_id": "1", "account_id": "a", "minute_count": 30, "intervention_count": 2, "active_account_count": 1,
            "worked_account_count": 1,
        },
        {
            **MAY, "account_month_id": "2", "account_id": "b", "minute_count": 0, "intervention_count": 0, "active_account_count": 1,
            "worked_account_count": 0, "plan": "Free",
        },
        {
            **MAY, "account_month_id": "3", "account_id": None, "minute_count": 30, "intervention_count": 1, "active_account_count": 0,
            "worked_account_count": 0, "plan": "none",
        },
    ],
    "fct_manual_monthly": [
        {"period_on": "2026-05-01", "minute_elasticity_ratio": 2},
        {"period_on": "2026-06-01", "minute_elasticity_ratio": None},
    ],
    "fct_operations_alerts": [
        {**ALERT, "operations_alert_id": "1", "alert": "hidden_labour", "firing_count": 1},
        {**ALERT, "operations_alert_id": "2", "alert": "harder_to_operate", "firing_count": 0},
        # June: the labour cannot be judged; of the other, seven sign-ups can still be activated.
        {**JUNE_ALERT, "operations_alert_id": "3", "alert": "hidden_labour", "judged_count": 0, "firing_count": 0},
        {**JUNE_ALERT, "operations_alert_id": "4", "alert": "harder_to_operate", "firing_count": 1, "pending_count": 7},
    ],
    "fct_task_minutes_weekly": [
        # 500.5 - 20 = 480.5 minutes are 8.0083 hours, to four decimals.
        {"task_week_id": "1", "task": "reporting", "week_on": "2026-05-04", "minute_count": 100, "saved_minutes": "500.5"},
        {"task_week_id": "2", "task": "triage", "week_on": "2026-05-04", "minute_count": 50, "saved_minutes": -20},
    ],
    "fct_automation_tasks": [
        # 4.5 + 11 of the 5 + 15 + 10 hours; the company's own task is in neither.
        {**TASK, "task": "reporting", "saved_hours": 4.5, "benchmark_hours": 5},
        {**TASK, "task": "support_triage", "saved_hours": 11, "benchmark_hours": 15},
        {**TASK, "task": "lead_qualification", "saved_hours": None, "benchmark_hours": 10},
        {**TASK, "task": "contracts", "saved_hours": 9, "benchmark_hours": None},
    ],
    "fct_sop_runs": [
        # May: done after 30 and 60 minutes, the second late; a third is open and overdue. One of two was escalated on time.
        {**RUN, "sop_run_id": "r1", "run_minutes": 30},
        {**RUN, "sop_run_id": "r2", "run_minutes": 60, "sla_met_count": 0, "escalation_judged_count": 1, "escalation_met_count": 1},
        {
            **RUN, "sop_run_id": "r3", "open_count": 1, "sla_met_count": 0, "onboarding_met_count": 0, "escalation_judged_count": 1,
            "process": "invoicing",
        },
        # June: one is done in time, one is open, blocked and not due.
        {**RUN, "sop_run_id": "r4", "triggered_on": "2026-06-01", "run_minutes": 10, "escalation_judged_count": 1},
        {**OPEN, "sop_run_id": "r5"},
    ],
    "fct_process_queues_daily": [
        # On the 31st 2 + 2 wait; above capacity on one of four days and processes.
        {**DAY, "process_day_id": "1", "process": "triage", "day_on": "2026-05-30", "queue_count": 3, "demand_minute_count": 60},
        {**DAY, "process_day_id": "2", "process": "invoicing", "day_on": "2026-05-30", "queue_count": 1, "demand_minute_count": 0},
        {
            **DAY, "process_day_id": "3", "process": "triage", "queue_count": 2, "demand_minute_count": 90, "above_capacity_day_count": 1,
        },
        {**DAY, "process_day_id": "4", "process": "invoicing", "queue_count": 2, "demand_minute_count": 20},
    ],
    "fct_sops_monthly": [
        {
            **SOP, "sop_month_id": "1", "process": "onboarding", "document_complete_count": 1, "complete_count": 1, "stale_count": 0,
            "trained_person_count": 1,
        },
        {
            **SOP, "sop_month_id": "2", "process": "invoicing", "document_complete_count": 0, "complete_count": 0, "stale_count": 1,
            "trained_person_count": 2,
        },
    ],
    "fct_sop_versions": [
        {"sop_version_id": "1", "process": "onboarding", "published_on": "2026-05-12", "version_count": 1},
        {
            "sop_version_id": "2", "process": "onboarding", "published_on": "2026-05-13", "version_count": 1, "steps_removed_count": 2,
            "minutes_saved_count": 15,
        },
    ],
    "fct_sop_catalogue": [
        {**TASK, "process": "onboarding", "required_count": 1, "covered_count": 1},
        {**TASK, "process": "publishing", "required_count": 1, "covered_count": 0},
        {**TASK, "process": "refunds", "required_count": 0, "covered_count": 0},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def published(hand_worked_marts: Marts) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "operations", ROWS)
        hand_worked_marts.publish(connection)
        yield connection


@pytest.mark.parametrize(
    ("metric", "on", "grain", "segment", "expected", "is_complete"),
    [
        ("manual_interventions", "2026-05-01", "month", "all", "3", True),
        ("manual_minutes", "2026-05-01", "month", "all", "60", True),
        ("manual_minutes", "2026-05-01", "month", "refund", "30", True),
        ("manual_procedure_share", "2026-05-01", "month", "all", "0.6666666667", True),
        ("manual_minutes_per_account", "2026-05-01", "month", "all", "30", True),
        ("manual_minutes_per_account", "2026-05-01", "month", "Free", "0", True),
        ("manual_minutes_per_account", "2026-05-01", "month", "none", None, True),
        ("manual_interventions_per_account", "2026-05-01", "month", "all", "1.5", True),
        ("accounts_worked_for", "2026-05-01", "month", "all", "1", True),
        ("manual_elasticity", "2026-05-01", "month", "all", "2", True),
        ("hidden_labour", "2026-05-01", "month", "all", "1", True),
        ("harder_to_operate", "2026-05-01", "month", "all", "0", True),
        ("harder_to_operate", "2026-06-01", "month", "all", "1", False),
        ("task_minutes", "2026-05-04", "week", "all", "150", True),
        ("automation_hours_saved", "2026-05-04", "week", "all", "8.0083", True),
        ("automation_total_vs_benchmark", "2026-06-30", "day", "all", "0.5166666667", True),
        ("mean_sop_run_minutes", "2026-05-01", "month", "all", "45", True),
        ("sop_sla_share", "2026-05-01", "month", "all", "0.3333333333", True),
        ("sop_sla_share", "2026-05-01", "month", "onboarding", "0.5", True),
        ("sop_sla_share", "2026-06-01", "month", "all", "1", False),
        ("escalated_on_time_share", "2026-05-01", "month", "all", "0.5", True),
        ("escalated_on_time_share", "2026-06-01", "month", "all", "0", False),
        ("onboarding_7d_share", "2026-05-01", "month", "all", "0.6666666667", True),
        ("onboarding_7d_share", "2026-06-01", "month", "all", "1", False),
        # A level: that of the last day.
        ("process_queue", "2026-05-01", "month", "all", "4", True),
        ("process_demand_minutes", "2026-05-01", "month", "triage", "150", True),
        ("process_above_capacity_share", "2026-05-01", "month", "all", "0.25", True),
        ("sop_template_share", "2026-05-01", "month", "all", "1", True),
        ("sop_document_share", "2026-05-01", "month", "all", "0.5", True),
        ("sop_complete_share", "2026-05-01", "month", "all", "0.5", True),
        ("sop_stale_share", "2026-05-01", "month", "all", "0.5", True),
        ("sop_trained_share", "2026-05-01", "month", "all", "0.75", True),
        ("sop_versions_published", "2026-05-01", "month", "all", "2", True),
        ("sop_steps_removed", "2026-05-01", "month", "all", "2", True),
        ("sop_minutes_saved", "2026-05-01", "month", "all", "15", True),
        ("sop_catalogue_share", "2026-06-30", "day", "all", "0.5", True),
    ],
)
def test_metric_by_hand(
    published: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str, expected: str | None, is_complete: bool
) -> None:
    assert cell(published, metric, on, grain, segment) == (Decimal(expected) if expected else None, is_complete)


@pytest.mark.parametrize("metric", ["manual_elasticity", "hidden_labour"])
def test_nothing_is_told_of_a_month_that_cannot_be_judged(published: duckdb.DuckDBPyConnection, metric: str) -> None:
    assert cell(published, metric, "2026-06-01", "month", "all") is None


@pytest.mark.parametrize(
    ("lacking", "gone", "kept"),
    [
        ({"manual_interventions"}, {"manual_minutes", "manual_minutes_per_account", "hidden_labour"}, {"sop_sla_share", "task_minutes"}),
        ({"product_events"}, {"manual_minutes_per_account", "harder_to_operate"}, {"manual_minutes", "sop_sla_share"}),
        ({"tickets", "ticket_events"}, {"harder_to_operate"}, {"hidden_labour", "manual_minutes_per_account"}),
        ({"sop_runs"}, {"sop_sla_share", "onboarding_7d_share", "escalated_on_time_share", "process_queue"}, {"sop_stale_share"}),
        ({"sop_trainings"}, {"sop_trained_share"}, {"sop_stale_share", "sop_sla_share"}),
        ({"sops"}, {"sop_catalogue_share", "sop_complete_share", "sop_sla_share"}, {"manual_minutes", "task_minutes"}),
        ({"task_minutes"}, {"automation_hours_saved", "automation_total_vs_benchmark"}, {"manual_minutes", "sop_complete_share"}),
    ],
)
def test_without_a_source_the_metrics_say_what_they_lack(
    hand_worked_marts: Marts, lacking: set[str], gone: set[str], kept: set[str]
) -> None:
    hand_worked_marts.check_what_is_lacking("operations", lacking, gone, kept)
