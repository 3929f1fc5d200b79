"""The delivery metrics over marts of a few rows, worked out on paper, against the marts' own contracts; and companies without a source.

Belongs here: what MetricFlow makes of the marts' columns. Does not belong here: the columns themselves (the unit tests beside the models).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.hand_worked import Marts, cell

DEPLOYED = {"deployed_on": "2026-05-12", "release_kind": "feature", "deployment_count": 1, "automated_count": 1, "young_count": 0}
LATE = {"deployed_on": "2026-06-29", "judged_count": 0, "failed_count": 0, "young_count": 1}
PULL = {"opened_on": "2026-05-01", "merged_on": "2026-05-10", "merged_count": 1, "released_count": 1}
RELEASE = {"released_on": "2026-05-12", "release_kind": "feature", "release_count": 1, "change_count": 1}
ITEM = {"opened_on": "2026-05-01", "closed_count": 1, "bug_count": 0}
WINDOW = {"released_on": "2026-05-12", "window_hours": 24, "is_complete": True}
DECISION = {"opened_on": "2026-05-01", "made_by": "team", "decision_count": 1}
ROWS: dict[str, list[dict[str, Any]]] = {
    "fct_deployments": [
        # May: four deployments, all judged, one failed, one by hand. June: one too young to be judged.
        {**DEPLOYED, "deployment_id": "d1", "judged_count": 1, "failed_count": 1},
        {**DEPLOYED, "deployment_id": "d2", "judged_count": 1, "failed_count": 0},
        {**DEPLOYED, "deployment_id": "d3", "judged_count": 1, "failed_count": 0, "release_kind": "hotfix"},
        {**DEPLOYED, "deployment_id": "d4", "judged_count": 1, "failed_count": 0, "automated_count": 0},
        {**DEPLOYED, **LATE, "deployment_id": "d5"},
    ],
    "fct_dora_monthly": [
        # April to June have 30 + 31 + 30 days: 13 deployments in 91 days are 0.1428571429 a day.
        {"period_on": "2026-04-01", "day_count": 30, "deployment_count": 3},
        {"period_on": "2026-05-01", "day_count": 31, "deployment_count": 4},
        {"period_on": "2026-06-01", "day_count": 30, "deployment_count": 6},
    ],
    "fct_pull_requests": [
        # Lead times of 10, 20 and 40 minutes: the median is 20, nine of ten 20 + 0.8 x 20 = 36. One is not released yet.
        {**PULL, "pull_request_id": "p1", "deployed_on": "2026-05-12", "lead_minutes": 10, "teamed_count": 1, "cross_team_count": 0},
        {**PULL, "pull_request_id": "p2", "deployed_on": "2026-05-12", "lead_minutes": 20, "teamed_count": 1, "cross_team_count": 1},
        {**PULL, "pull_request_id": "p3", "deployed_on": "2026-05-19", "lead_minutes": 40, "teamed_count": 1, "cross_team_count": 0},
        {**PULL, "pull_request_id": "p4", "released_count": 0, "teamed_count": 0, "cross_team_count": 0},
    ],
    "fct_restores": [
        # 30 and 61 minutes: 45.5. One of June is open.
        {"incident_id": "i1", "started_on": "2026-05-12", "severity": "sev1", "restore_minutes": 30, "restored_count": 1, "open_count": 0},
        {"incident_id": "i2", "started_on": "2026-05-13", "severity": "sev2", "restore_minutes": 61, "restored_count": 1, "open_count": 0},
        {"incident_id": "i3", "started_on": "2026-06-01", "severity": "sev2", "restore_minutes": 5, "restored_count": 1, "open_count": 0},
        {"incident_id": "i4", "started_on": "2026-06-29", "severity": "sev2", "restored_count": 0, "open_count": 1},
    ],
    "fct_author_ramps": [
        {"author_id": "a", "started_on": "2026-04-01", "ramped_on": "2026-05-01", "ramp_days": 30, "ramped_count": 1},
        {"author_id": "b", "started_on": "2026-04-01", "ramped_on": "2026-05-21", "ramp_days": 50, "ramped_count": 1},
        {"author_id": "c", "started_on": "2026-05-01", "ramp_days": None, "ramped_count": 0},
    ],
    "fct_releases": [
        # Two features and a rollback: 3 bugs for 2 changes; 6 pull requests in 2 releases; 1 of 3 units; 2 of 3 owned.
        {
            **RELEASE, "release_tag": "v1", "bug_count": 3, "pull_request_count": 4, "sized_count": 1, "unit_complete_count": 1,
            "owned_count": 1, "told_count": 1, "verdict_count": 1, "stopped_count": 1, "attributable_count": 0,
        },
        {
            **RELEASE, "release_tag": "v2", "bug_count": 0, "pull_request_count": 2, "sized_count": 1, "unit_complete_count": 0,
            "owned_count": 1, "told_count": 0, "verdict_count": 1, "stopped_count": 0, "attributable_count": 1,
        },
        {
            **RELEASE, "release_tag": "v2-rollback", "release_kind": "rollback", "change_count": 0, "bug_count": 0, "pull_request_count": 0,
            "sized_count": 0, "unit_complete_count": 0, "owned_count": 0, "told_count": 0, "mend_count": 1, "rollback_count": 1,
            "verdict_count": 0, "stopped_count": 0, "attributable_count": 0,
        },
    ],
    "fct_release_evidence": [
        # 24 hours: + 3.5 and - 1.5 errors over two windows; the third has not ended, the fourth has no weeks before.
        {**WINDOW, "release_evidence_id": "a", "baseline_error_count": 2, "error_change": 3.5, "activation_change": 1},
        {**WINDOW, "release_evidence_id": "b", "baseline_error_count": 6, "error_change": -1.5, "activation_change": 2},
        {**WINDOW, "release_evidence_id": "c", "baseline_error_count": 6, "error_change": 9, "is_complete": False},
        {**WINDOW, "release_evidence_id": "d", "baseline_error_count": None, "error_change": None},
        {**WINDOW, "release_evidence_id": "e", "window_hours": 72, "baseline_error_count": 4, "error_change": 7, "activation_change": 5},
    ],
    "fct_decisions": [
        # Opened in May: 3 decisions, 4 meetings, one without; 5 pull requests for 2 of them. Learned in June: one of two is linked.
        {
            **DECISION, "decision_id": "D1", "decided_on": "2026-05-02", "deciding_days": 1, "learned_on": "2026-06-02", "learned_count": 1,
            "linked_count": 1, "cycle_days": 40, "meeting_count": 3, "met_count": 1, "merged_pull_request_count": 4, "carried_out_count": 1,
            "without_metric_count": 0,
        },
        {
            **DECISION, "decision_id": "D2", "decided_on": "2026-05-05", "deciding_days": 4, "learned_on": "2026-06-20", "learned_count": 1,
            "linked_count": 0, "cycle_days": 50, "meeting_count": 1, "met_count": 1, "merged_pull_request_count": 1, "carried_out_count": 1,
            "without_metric_count": 0,
        },
        {
            **DECISION, "decision_id": "D3", "made_by": "founder", "learned_count": 0, "linked_count": 0, "meeting_count": 0,
            "met_count": 0, "merged_pull_request_count": 0, "carried_out_count": 0, "without_metric_count": 1,
        },
    ],
    "fct_decision_throughput_monthly": [
        {"period_on": "2026-05-01", "opened_count": 3, "learned_count": 1, "open_count": 7, "symptom_count": 2, "is_busy_and_flat": True},
        {"period_on": "2026-06-01", "opened_count": 1, "learned_count": 2, "open_count": 6, "symptom_count": 1, "is_busy_and_flat": False},
    ],
    "fct_work_items": [
        # Three closed: two labelled, one of them planned; 3 of 8 points went into a bug.
        {**ITEM, "work_item_id": "w1", "kind": "bug", "closed_on": "2026-05-03", "labelled_count": 1,
         "planned_count": 0, "bug_count": 1, "closed_point_count": 3, "drag_point_count": 3},
        {**ITEM, "work_item_id": "w2", "kind": "feature", "closed_on": "2026-05-03", "labelled_count": 1,
         "planned_count": 1, "bug_count": 0, "closed_point_count": 5, "drag_point_count": 0},
        {**ITEM, "work_item_id": "w3", "kind": "chore", "closed_on": "2026-05-03", "labelled_count": 0,
         "planned_count": 0, "bug_count": 0, "closed_point_count": 0, "drag_point_count": 0},
        {**ITEM, "work_item_id": "w4", "kind": "bug", "closed_count": 0, "labelled_count": 0, "planned_count": 0,
         "bug_count": 0, "closed_point_count": 0, "drag_point_count": 0},
    ],
    "fct_flags": [
        {"flag_id": "f1", "kind": "release", "created_on": "2026-05-03", "live_count": 1, "stale_count": 1, "stale_days": 4},
        {"flag_id": "f2", "kind": "experiment", "created_on": "2026-05-03", "live_count": 1, "stale_count": 0, "stale_days": 0,
         "experiment_count": 1, "core_experiment_count": 1},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(hand_worked_marts: Marts) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        hand_worked_marts.fill(connection, "delivery", ROWS)
        hand_worked_marts.publish(connection)
        yield connection


@pytest.mark.parametrize(
    ("metric", "on", "grain", "segment", "expected", "is_complete"),
    [
        ("production_deployments", "2026-05-01", "month", "all", "4", True),
        ("production_deployments", "2026-05-01", "month", "hotfix", "1", True),
        ("automation_share", "2026-05-01", "month", "all", "0.75", True),
        ("change_failure_rate", "2026-05-01", "month", "all", "0.25", True),
        # The quarter holds a deployment that is not judged yet: 1 of 4, and more to come.
        ("change_failure_rate", "2026-04-01", "quarter", "all", "0.25", False),
        ("deployment_frequency", "2026-04-01", "month", "all", "0.1", True),
        ("deployment_frequency", "2026-04-01", "quarter", "all", "0.1428571429", True),
        ("lead_time", "2026-05-01", "month", "all", "20", True),
        ("lead_time_p90", "2026-05-01", "month", "all", "36", True),
        ("lead_time", "2026-05-11", "week", "all", "15", True),
        ("pull_requests_released", "2026-05-01", "month", "all", "3", True),
        ("cross_team_share", "2026-05-01", "month", "all", "0.3333333333", True),
        ("restore_time", "2026-05-01", "month", "all", "45.5", True),
        ("restore_time", "2026-05-01", "month", "sev1", "30", True),
        ("restore_time", "2026-06-01", "month", "all", "5", False),
        ("ramp_days", "2026-05-01", "month", "all", "40", True),
        ("bugs_per_release", "2026-05-01", "month", "all", "1.5", True),
        ("rollbacks", "2026-05-01", "month", "all", "1", True),
        ("rollbacks_and_hotfixes", "2026-05-01", "month", "all", "1", True),
        ("release_size", "2026-05-01", "month", "all", "3", True),
        ("attributable_share", "2026-05-01", "month", "all", "0.5", True),
        ("unit_complete_share", "2026-05-01", "month", "all", "0.3333333333", True),
        ("owner_share", "2026-05-01", "month", "all", "0.6666666667", True),
        ("changelog_coverage", "2026-05-01", "month", "all", "0.5", True),
        ("stop_rate", "2026-05-01", "month", "all", "0.5", True),
        ("release_error_change_24h", "2026-05-01", "month", "all", "1", False),
        ("release_activation_change_24h", "2026-05-01", "month", "all", "1.5", False),
        ("release_error_change_72h", "2026-05-01", "month", "all", "7", True),
        ("decisions_completed", "2026-04-01", "quarter", "all", "2", True),
        # Levels are those of the last month, not added up.
        ("decisions_open", "2026-04-01", "quarter", "all", "6", True),
        ("throughput_symptoms", "2026-04-01", "quarter", "all", "1", True),
        ("items_up_outcomes_flat", "2026-04-01", "quarter", "all", "1", True),
        ("meetings_per_decision", "2026-05-01", "month", "all", "1.3333333333", True),
        ("meeting_per_change", "2026-05-01", "month", "all", "0.6666666667", True),
        ("decisions_without_metric_share", "2026-05-01", "month", "founder", "1", True),
        ("prs_per_decision", "2026-05-01", "month", "all", "2.5", True),
        ("deciding_days", "2026-05-01", "month", "all", "2.5", True),
        ("linked_share", "2026-06-01", "month", "all", "0.5", True),
        ("evidence_cycle_days", "2026-06-01", "month", "all", "45", True),
        ("planned_share", "2026-05-01", "month", "all", "0.5", True),
        ("bug_item_share", "2026-05-01", "month", "all", "0.3333333333", True),
        ("debt_drag", "2026-05-01", "month", "all", "0.375", True),
        ("stale_flag_share", "2026-05-01", "month", "all", "0.5", True),
        ("flag_cleanup_debt_days", "2026-05-01", "month", "all", "4", True),
        ("core_workflow_exposure", "2026-05-01", "month", "experiment", "1", True),
    ],
)
def test_metric_by_hand(
    warehouse: duckdb.DuckDBPyConnection, metric: str, on: str, grain: str, segment: str, expected: str, is_complete: bool
) -> None:
    assert cell(warehouse, metric, on, grain, segment) == (Decimal(expected), is_complete)


@pytest.mark.parametrize(
    ("lacking", "gone", "kept"),
    [
        (
            {"deployments", "deployment_states"},
            {"deployment_frequency", "lead_time", "change_failure_rate", "restore_time"},
            {"owner_share"},
        ),
        ({"incidents"}, {"change_failure_rate", "restore_time"}, {"deployment_frequency", "lead_time", "automation_share"}),
        ({"release_records"}, {"unit_complete_share", "owner_share", "bugs_per_release", "stop_rate"}, {"lead_time", "planned_share"}),
        ({"decisions", "signals"}, {"decisions_completed", "linked_share", "throughput_symptoms"}, {"rollbacks", "stale_flags"}),
        ({"flags"}, {"stale_flags", "core_workflow_exposure"}, {"owner_share", "decisions_completed"}),
        ({"job_runs", "webhook_attempts"}, {"release_error_change_24h"}, {"release_activation_change_24h"}),
    ],
)
def test_without_a_source_the_metrics_say_what_they_lack(
    hand_worked_marts: Marts, lacking: set[str], gone: set[str], kept: set[str]
) -> None:
    hand_worked_marts.check_what_is_lacking("delivery", lacking, gone, kept)
