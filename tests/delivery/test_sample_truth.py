"""The sample company's deliveries against their planted truth: deployments, DORA, decisions, releases and flags, exact to the second.

Belongs here: comparing the delivery marts with truth, on the last day and on a past one; that the planted stories reach the marts.
Does not belong here: a rule of delivery (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.runs import Run

TRUTH = ("deployments", "dora_monthly", "decisions_monthly", "releases", "stale_flags")
STAGES = ("opened", "decided", "shipped", "validated", "learned")
ANSWERS = ("unit_answer_count", "rollback_answer_count", "sequence_step_count", "ship_answer_count")


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth(*TRUTH) as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str, rows: int) -> None:
    """Both queries give the same rows, as often, and at least `rows` of them."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []
    assert len(connection.execute(told).fetchall()) >= rows


def test_every_deployment_and_whether_it_failed(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select deployment_id, release_tag, cast(replace(trim(deployed_at, 'Z'), 'T', ' ') as timestamp), cast(is_failed as boolean) "
        "from truth_deployments",
        "select deployment_id, release_tag, deployed_at, is_failed from delivery.fct_deployments",
        rows=90,
    )
    # A release that fails by two incidents, or by an incident and a hotfix, is one failed deployment.
    twice = "incident_count + cast(is_mended as integer) > 1"
    counted = f"select count(*) > 0, max(failed_count) from delivery.fct_deployments where {twice}"
    assert marts.execute(counted).fetchall() == [(True, 1)]


def test_the_four_metrics_by_month(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), cast(deployment_count as integer), cast(failed_deployment_count as integer),
            cast(median_lead_minutes as double), cast(median_restore_minutes as double)
        from truth_dora_monthly
        """,
        """
        select period_on, deployment_count, failed_deployment_count, median_lead_minutes, median_restore_minutes
        from delivery.fct_dora_monthly
        """,
        rows=21,
    )


def test_decisions_by_month_and_stage(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        f"select cast(month as date), {', '.join(f'cast({stage}_count as bigint)' for stage in STAGES)} from truth_decisions_monthly",
        f"select period_on, {', '.join(f'{stage}_count' for stage in STAGES)} from delivery.fct_decision_throughput_monthly",
        rows=21,
    )
    # What came in and is not learned from is open at the end of the last month.
    in_and_out = "sum(opened_count) - sum(learned_count), max_by(open_count, period_on)"
    ((left, open_count),) = marts.execute(f"select {in_and_out} from delivery.fct_decision_throughput_monthly").fetchall()
    assert left == open_count > 0


def test_every_release_record(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        f"""
        select release_tag, {", ".join(f"cast({name} as integer)" for name in ANSWERS)}, cast(is_triple_risk as boolean),
            cast(has_owner as boolean)
        from truth_releases
        """,
        # A record that is written before its release is a plan: no row of fct_releases yet.
        f"""
        select release_tag, {", ".join(ANSWERS)}, is_triple_risk, owner is not null
        from intermediate.int_releases__recorded where has_record
        """,
        rows=90,
    )
    # Releases that nobody wrote a record of are there, with no answer and no owner.
    silent = "count(*) > 0, max(unit_answer_count + ship_answer_count), sum(owned_count)"
    assert marts.execute(f"select {silent} from delivery.fct_releases where not has_record").fetchall() == [(True, 0, 0)]


def test_every_stale_flag(marts: duckdb.DuckDBPyConnection) -> None:
    same(marts, "select flag_id from truth_stale_flags", "select flag_id from delivery.fct_flags where is_stale", rows=5)


def test_each_pull_request_is_in_one_release_at_most(marts: duckdb.DuckDBPyConnection) -> None:
    """Sizes of releases add up to the pull requests released, and no lead time is negative."""
    sizes = "select sum(pull_request_count) from delivery.fct_releases"
    released = "select sum(released_count), min(lead_minutes) >= 0 from delivery.fct_pull_requests"
    assert (*marts.execute(sizes).fetchone(), True) == marts.execute(released).fetchone()


def test_every_deployed_release_is_read_after_a_day_and_after_three(marts: duckdb.DuckDBPyConnection) -> None:
    """Two windows for each, the longer one with no fewer errors; without four weeks of the company before it, no baseline."""
    pairs = """
        select count(*) filter (where evidence.window_hours = 24), count(*) filter (where evidence.window_hours = 72)
        from delivery.fct_release_evidence as evidence
    """
    ((day, three),) = marts.execute(pairs).fetchall()
    assert day == three > 90
    shrunk = """
        select day.release_tag
        from delivery.fct_release_evidence as day
        inner join delivery.fct_release_evidence as three on day.release_tag = three.release_tag and three.window_hours = 72
        where day.window_hours = 24 and (day.error_count > three.error_count or day.activation_count > three.activation_count)
    """
    assert marts.execute(shrunk).fetchall() == []
    # The company began on 1 July 2023: the fourth week before 4, 11, 18 and 25 July lies before that day.
    young = "select count(distinct release_tag) from delivery.fct_release_evidence where baseline_error_count is null and window_hours = 24"
    assert marts.execute(f"{young} and released_on < date '2023-07-29'").fetchall() == marts.execute(young).fetchall()
    seen = "select sum(error_count) > 0, sum(baseline_error_count) > 0, sum(activation_count) > 0 from delivery.fct_release_evidence"
    assert marts.execute(seen).fetchall() == [(True, True, True)]


def test_gates_tell_releases_without_owner_and_at_triple_risk(sample: Run, marts: duckdb.DuckDBPyConnection) -> None:
    counted = "select sum(1 - owned_count) > 0, sum(triple_risk_count) > 0 from delivery.fct_releases"
    assert marts.execute(counted).fetchall() == [(True, True)]
    assert "accepted_values_fct_releases_has_owner" in sample.printed
    assert "accepted_values_fct_releases_is_triple_risk" in sample.printed
