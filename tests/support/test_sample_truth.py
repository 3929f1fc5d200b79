"""The sample company's support and feedback against their planted truth: counts and minutes exactly.

Belongs here: comparing the support marts with truth, on the last day and on a past one; what must hold between marts; a company without
a help desk. Does not belong here: a rule of support (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import PAST
from tests.runs import Run
from tests.warehouses import company, publish

MINUTES = ("first_response_minutes", "first_response_business_minutes", "resolution_minutes", "resolution_business_minutes")


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("tickets", "support_monthly", "feedback") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str, rows: int) -> None:
    """Both queries give the same rows, as often, and at least `rows` of them."""
    assert connection.execute(f"({told}) except all ({found}) order by all limit 10").fetchall() == []
    assert connection.execute(f"({found}) except all ({told}) order by all limit 10").fetchall() == []
    assert len(connection.execute(told).fetchall()) >= rows


def test_every_ticket_is_whose_and_what_it_is(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select ticket_id, account_id, user_id, channel, cast(created_at as timestamp), ticket_type, cast(is_agent_created as boolean) "
        "from truth_tickets",
        "select ticket_id, account_id, user_id, channel, created_at, ticket_type, is_agent_created from support.fct_tickets",
        rows=200,
    )


def test_both_clocks_of_every_ticket(marts: duckdb.DuckDBPyConnection) -> None:
    """Weekends, holidays, hours that changed, days of 23 and 25 hours, replies of machines, agents' tickets, reopened and open ones."""
    same(
        marts,
        f"select ticket_id, {', '.join(f'cast({name} as bigint)' for name in MINUTES)} from truth_tickets",
        f"select ticket_id, {', '.join(MINUTES)} from support.fct_tickets",
        rows=200,
    )
    told = "select count(*) filter (where first_response_minutes <> first_response_business_minutes) > 100, min(resolution_minutes) is null"
    assert marts.execute(f"{told} from support.fct_tickets").fetchall() == [(True, False)]


def test_how_every_ticket_was_solved(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select ticket_id, cast(reopen_count as integer), coalesce(tier, 'unassigned') from truth_tickets",
        "select ticket_id, reopen_count, tier from support.fct_tickets",
        rows=200,
    )
    tiers = "select count(distinct tier), count(*) filter (where reopen_count > 0) > 10 from support.fct_tickets"
    assert marts.execute(tiers).fetchall() == [(4, True)]


def test_counts_of_every_month(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        """
        select cast(month as date), * exclude (month) replace (
            cast(ticket_count as bigint) as ticket_count, cast(active_account_count as bigint) as active_account_count,
            cast(rating_count as bigint) as rating_count, cast(satisfied_count as bigint) as satisfied_count,
            cast(judged_repeat_count as bigint) as judged_repeat_count, cast(repeat_count as bigint) as repeat_count,
            cast(help_session_count as bigint) as help_session_count, cast(deflected_session_count as bigint) as deflected_session_count
        )
        from truth_support_monthly
        """,
        """
        with entries as (
            select period_on, 'ticket' as name, ticket_count as counted from support.fct_account_support_monthly
            union all
            select period_on, 'active_account', active_account_count from support.fct_account_support_monthly
            union all
            select date_trunc('month', rated_on), 'rating', rating_count from support.fct_ticket_ratings
            union all
            select date_trunc('month', rated_on), 'satisfied', satisfied_count from support.fct_ticket_ratings
            union all
            select date_trunc('month', solved_on), 'judged_repeat', judged_repeat_count from support.fct_tickets where solved_on is not null
            union all
            select date_trunc('month', solved_on), 'repeat', repeat_count from support.fct_tickets where solved_on is not null
            union all
            select date_trunc('month', started_on), 'help_session', judged_count from support.fct_help_sessions
            union all
            select date_trunc('month', started_on), 'deflected_session', deflected_count from support.fct_help_sessions
        )

        select
            cast(period_on as date),
            cast(coalesce(sum(counted) filter (where name = 'ticket'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'active_account'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'rating'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'satisfied'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'judged_repeat'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'repeat'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'help_session'), 0) as bigint),
            cast(coalesce(sum(counted) filter (where name = 'deflected_session'), 0) as bigint)
        from entries
        group by all
        """,
        rows=18,
    )


def test_every_voice_bucket_and_answer(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select feedback_id, bucket, voice, cast(days_to_close as integer) from truth_feedback",
        "select feedback_id, bucket, voice, days_to_close from support.fct_feedback_items",
        rows=50,
    )
    kinds = "select count(distinct bucket), count(distinct voice), bool_or(is_power_user), bool_or(is_loop_closed)"
    assert marts.execute(f"{kinds} from support.fct_feedback_items").fetchall() == [(5, 5, True, True)]


def test_published_shares_are_the_planted_counts(marts: duckdb.DuckDBPyConnection) -> None:
    """Numerators and denominators of the four ratios that truth has, month by month."""
    sides = {
        "tickets_per_active_account": ("ticket_count", "active_account_count"),
        "ticket_csat": ("satisfied_count", "rating_count"),
        "repeat_contact_share": ("repeat_count", "judged_repeat_count"),
    }
    for metric, (numerator, denominator) in sides.items():
        same(
            marts,
            f"select cast(month as date), cast({numerator} as bigint), cast({denominator} as bigint) from truth_support_monthly "
            f"where cast({denominator} as bigint) > 0",
            "select period_on, cast(numerator as bigint), cast(denominator as bigint) from published.metrics "
            f"where metric = '{metric}' and period_grain = 'month' and segment_kind = 'total' and denominator > 0",
            rows=15,
        )
    same(
        marts,
        "select cast(month as date), cast(deflected_session_count as bigint) as kept, kept + cast(ticket_count as bigint) as asked"
        " from truth_support_monthly where asked > 0",
        "select period_on, cast(numerator as bigint), cast(denominator as bigint) from published.metrics "
        "where metric = 'tier_0_share' and period_grain = 'month' and segment_kind = 'total' and denominator > 0",
        rows=15,
    )


def test_the_cost_of_support_is_the_payroll_of_the_books(marts: duckdb.DuckDBPyConnection) -> None:
    same(
        marts,
        "select period_on, cast(sum(amount) as decimal(18, 4)) from intermediate.int_ledger_lines__categorised "
        "where category = 'support_payroll' group by period_on",
        "select period_on, cast(sum(cost_amount) as decimal(18, 4)) from support.fct_account_support_monthly "
        "group by period_on having sum(cost_amount) <> 0",
        rows=18,
    )
    split = "select count(distinct account_id) > 20 from support.fct_account_support_monthly where cost_amount > 0"
    assert marts.execute(split).fetchall() == [(True,)]


def test_tickets_per_account_rise_as_they_were_planted(nightly: Run) -> None:
    """The simulation adds to the load of every account month by month, so that the trend is worsening and its interval is above 0."""
    with nightly.with_truth() as connection:
        trend = "select verdict, slope_low > 0, month_count from support.fct_support_trend where segment_kind = 'total'"
        assert connection.execute(trend).fetchall() == [("worsening", True, 12)]


def test_months_of_pressure_and_of_concentrated_load_are_published(marts: duckdb.DuckDBPyConnection) -> None:
    """Every month of the marts has its count, 0 where no verdict calls for one; the sample company has months of pressure."""
    verdicts = {
        "support_pressure_months": "count(*) filter (where verdict = 'pressure') from support.fct_support_pressure_monthly",
        "support_load_concentrated_months": "count(*) filter (where verdict = 'concentrated' and segment_kind = 'customer_segment') "
        "from support.fct_support_load_monthly",
    }
    for metric, judged in verdicts.items():
        same(
            marts,
            f"select period_on, {judged} group by period_on",
            f"select period_on, cast(value as bigint) from published.metrics where metric = '{metric}' and period_grain = 'month'",
            rows=15,
        )
    told = "select sum(value) > 0 from published.metrics where metric = 'support_pressure_months' and period_grain = 'month'"
    assert marts.execute(told).fetchall() == [(True,)]


def test_segments_add_up_to_the_whole(marts: duckdb.DuckDBPyConnection) -> None:
    """Tickets, active accounts and cost by segment are those of the company, month by month."""
    differing = marts.execute(
        """
        with told as (
            select metric, period_on, segment_kind, sum(numerator) as amount
            from published.metrics
            where
                metric in ('tickets_created', 'tickets_solved', 'accounts_active', 'support_cost', 'feedback_items', 'support_queries')
                and period_grain = 'month'
            group by all
        )

        select told.metric, told.period_on, told.segment_kind
        from told
        inner join told as whole on told.metric = whole.metric and told.period_on = whole.period_on and whole.segment_kind = 'total'
        where told.amount <> whole.amount
        """
    ).fetchall()
    assert differing == []
    kinds = "select count(distinct segment_kind) from published.metrics where metric = 'tickets_created'"
    assert marts.execute(kinds).fetchall() == [(5,)]


def test_without_a_help_desk_feedback_still_speaks(past_nightly: Run, tmp_path: Path) -> None:
    """The same company without tickets: what is made of them says what it lacks, feedback is as it was."""
    copy = tmp_path / "warehouse.duckdb"
    copy.write_bytes(past_nightly.warehouse.read_bytes())
    publish(
        copy,
        past_nightly.folder / "target",
        "support",
        tmp_path,
        PAST,
        company(tickets=[], ticket_events=[], ticket_ratings=[])["providers"],
    )
    with duckdb.connect(str(copy), read_only=True) as connection:
        rows = connection.execute(
            "select metric, bool_or(value > 0), min(case when status = 'not_available' then reason end) from published.metrics "
            "where metric in ('tickets_created', 'ticket_csat', 'tier_0_share', 'feedback_items', 'accounts_active') "
            "group by metric order by metric"
        ).fetchall()
    assert rows == [
        ("accounts_active", True, None),
        ("feedback_items", True, None),
        ("ticket_csat", None, "no system provides ticket_ratings, tickets; name one in vars.providers"),
        ("tickets_created", None, "no system provides tickets; name one in vars.providers"),
        ("tier_0_share", None, "no system provides tickets; name one in vars.providers"),
    ]
