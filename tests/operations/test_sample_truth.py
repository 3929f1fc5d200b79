"""The sample company's manual work, procedures and automations against their planted truth.

Belongs here: comparing the operations marts with truth, on the last day and on a past one, and what holds between their tables.
Does not belong here: a rule of operations (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.runs import Run


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("manual_monthly", "sop_runs", "automation", "support_monthly") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str, rows: int) -> None:
    """Both queries give the same rows, as often, and at least `rows` of them."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []
    assert len(connection.execute(told).fetchall()) >= rows


def test_manual_work_by_month(marts: duckdb.DuckDBPyConnection) -> None:
    told = """
        select cast(month as date), cast(intervention_count as bigint), cast(minute_count as bigint), cast(account_count as bigint)
        from truth_manual_monthly where cast(intervention_count as bigint) > 0
    """
    same(
        marts,
        told,
        """
        select period_on, intervention_count, minute_count, worked_account_count
        from operations.fct_manual_monthly where intervention_count > 0
        """,
        rows=15,
    )
    same(
        marts,
        told,
        """
        select period_on, cast(sum(intervention_count) as bigint), cast(sum(minute_count) as bigint),
            count(distinct account_id) filter (where intervention_count > 0)
        from operations.fct_account_manual_monthly group by period_on having sum(intervention_count) > 0
        """,
        rows=15,
    )


def test_active_accounts_are_those_of_support(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), cast(active_account_count as bigint)
        from truth_support_monthly
        where cast(active_account_count as bigint) > 0 and cast(month as date) >= (select min(period_on) from operations.fct_manual_monthly)
        """,
        "select period_on, active_account_count from operations.fct_manual_monthly where active_account_count > 0",
        rows=15,
    )


def test_runs_in_time_and_escalated_in_time(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select sop_run_id, cast(is_in_sla as boolean), cast(is_escalated_on_time as boolean) from truth_sop_runs",
        "select sop_run_id, is_in_sla, is_escalated_on_time from operations.fct_sop_runs",
        rows=100,
    )
    verdicts = "select count(distinct is_in_sla), count(distinct is_escalated_on_time) from operations.fct_sop_runs"
    assert marts.execute(verdicts).fetchall() == [(2, 2)]


def test_minutes_before_and_after_an_automation(marts: duckdb.DuckDBPyConnection) -> None:
    """The truth rounds its means half up."""
    same(
        marts,
        "select task, cast(minutes_before as bigint), cast(minutes_after as bigint) from truth_automation",
        """
        select task, cast(floor(before_minutes + 0.5) as bigint), cast(floor(after_minutes + 0.5) as bigint)
        from operations.fct_automation_tasks where verdict <> 'not_measured'
        """,
        rows=5,
    )


def test_the_five_tasks_of_the_article_are_38_hours(marts: duckdb.DuckDBPyConnection) -> None:
    told = "select count(*), sum(benchmark_hours) from operations.fct_automation_tasks where benchmark_hours is not null"
    assert marts.execute(told).fetchall() == [(5, 38)]


def test_queues_are_what_is_open(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select process, cast(sum(open_count) as bigint) from operations.fct_sop_runs where process <> 'unknown' group by process",
        "select process, arg_max(queue_count, day_on) from operations.fct_process_queues_daily group by process",
        rows=3,
    )


def test_each_complete_month_has_both_alerts(marts: duckdb.DuckDBPyConnection) -> None:
    """A verdict every month for both, from the first month of work and of tickets on."""
    same(
        marts,
        """
        select 'hidden_labour', period_on from operations.fct_manual_monthly where is_complete
        union all
        select 'harder_to_operate', period_on from intermediate.int_operations_months__counted where is_complete
        """,
        "select alert, period_on from operations.fct_operations_alerts",
        rows=30,
    )


def test_no_excluded_account_is_told_of(marts: duckdb.DuckDBPyConnection) -> None:
    for mart in ("fct_manual_interventions", "fct_account_manual_monthly", "fct_sop_runs"):
        leaked = (
            f"select account_id from operations.{mart} where account_id in (select account_id from intermediate.int_accounts__excluded)"
        )
        assert marts.execute(leaked).fetchall() == [], mart
