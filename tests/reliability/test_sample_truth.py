"""The sample company's reliability against its planted truth: alerts to the minute, runs and attempts month by month.

Belongs here: comparing the reliability marts with truth, on the last day and on a past one, and what holds between their tables.
Does not belong here: a rule of reliability (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.runs import Run


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("slo_alerts", "jobs_monthly") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str, rows: int) -> None:
    """Both queries give the same rows, as often, and at least `rows` of them."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []
    assert len(connection.execute(told).fetchall()) >= rows


def test_alerts_fire_and_clear_at_their_minutes(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select slo_id, plan_group, alert, cast(fired_at as timestamp), cast(cleared_at as timestamp) from truth_slo_alerts",
        "select slo_id, plan_group, alert, fired_at, cleared_at from reliability.fct_slo_alerts where plan_group <> 'all'",
        rows=4,
    )
    kinds = marts.execute("select distinct alert from reliability.fct_slo_alerts order by all").fetchall()
    assert kinds == [("page_fast",), ("page_slow",), ("ticket",)]


def test_jobs_and_webhooks_by_month(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), cast(run_count as bigint), cast(failed_count as bigint), cast(retry_count as bigint),
            cast(attempt_count as bigint), cast(failed_delivery_count as bigint)
        from truth_jobs_monthly
        """,
        """
        with jobs as (
            select period_on, sum(run_count) as runs, sum(failed_count) as failed, sum(retry_count) as retries
            from reliability.fct_job_runs_monthly group by period_on
        ),

        attempts as (
            select period_on, sum(attempt_count) as attempts from reliability.fct_webhook_attempts_monthly group by period_on
        ),

        deliveries as (
            select cast(date_trunc('month', last_attempted_on) as date) as period_on, sum(failed_delivery_count) as failed_deliveries
            from reliability.fct_webhook_deliveries group by period_on
        )

        select period_on, coalesce(runs, 0), coalesce(failed, 0), coalesce(retries, 0), coalesce(attempts, 0),
            coalesce(failed_deliveries, 0)
        from jobs full join attempts using (period_on) full join deliveries using (period_on)
        """,
        rows=20,
    )


def test_the_groups_are_the_whole(marts: duckdb.DuckDBPyConnection) -> None:
    """Paid and free add up to all, in events and in budget, on every day."""
    assert (
        marts.execute(
            """
        select slo_id, day_on
        from reliability.fct_slo_windows
        group by slo_id, day_on
        having
            sum(total_count) <> 2 * sum(total_count) filter (where plan_group = 'all')
            or sum(budget_count) <> 2 * sum(budget_count) filter (where plan_group = 'all')
        """
        ).fetchall()
        == []
    )
    assert marts.execute("select count(*) > 100, bool_or(budget_left_ratio < 1) from reliability.fct_slo_windows").fetchall() == [
        (True, True)
    ]


def test_one_query_tells_what_an_account_lived_through(marts: duckdb.DuckDBPyConnection) -> None:
    """All three layers for one account, each event once, with the release in force where the deployment names one."""
    account, layers, events, keys = marts.execute(
        """
        select account_id, count(distinct layer), count(*), count(distinct timeline_event_id)
        from reliability.fct_account_timeline
        where account_id is not null
        group by account_id
        order by count(distinct layer) desc, count(distinct event_kind) desc, account_id
        limit 1
        """
    ).fetchall()[0]
    assert layers == 3 and events == keys
    kinds = {
        kind
        for (kind,) in marts.execute(
            "select distinct event_kind from reliability.fct_account_timeline where account_id = ?", [account]
        ).fetchall()
    }
    assert {"sign_up", "core_action_first", "release_reached"} <= kinds
    assert (
        marts.execute(
            """
        select events.timeline_event_id
        from reliability.fct_account_timeline as events
        asof inner join intermediate.int_releases__in_force as deployments
            on events.occurred_at >= deployments.from_at
        where events.release_tag is null and deployments.release_tag is not null
        """
        ).fetchall()
        == []
    )


def test_no_excluded_account_is_told_of(marts: duckdb.DuckDBPyConnection) -> None:
    for mart in (
        "fct_account_timeline",
        "fct_job_runs_monthly",
        "fct_webhook_deliveries",
        "fct_webhook_attempts_monthly",
        "fct_stuck_workflows",
    ):
        leaked = (
            f"select account_id from reliability.{mart} where account_id in (select account_id from intermediate.int_accounts__excluded)"
        )
        assert marts.execute(leaked).fetchall() == [], mart


def test_stuck_workflows_of_the_day_are_those_of_the_month(marts: duckdb.DuckDBPyConnection) -> None:
    listed = "select count(*) from reliability.fct_stuck_workflows"
    counted = "select stuck_workflow_count from reliability.fct_stuck_workflows_monthly order by period_on desc limit 1"
    assert marts.execute(listed).fetchall() == marts.execute(counted).fetchall()
