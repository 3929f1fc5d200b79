"""The sample company's invitations, answers and deals against its planted truth, row by row and month by month.

The truth comes from the simulation's own records and shares no code with the models.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.runs import Run


@pytest.fixture
def known(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts of the sample, and the truth as temporary tables truth_<file>."""
    with sample.with_truth(*(file.stem for file in sample.truth.glob("*.csv"))) as connection:
        yield connection


def differences(connection: duckdb.DuckDBPyConnection, told: str, found: str) -> list[tuple[object, ...]]:
    """Rows of one that the other lacks, marked with the side they are on."""
    sides = (("only in the truth", told, found), ("only in the marts", found, told))
    return [(side, *row) for side, left, right in sides for row in connection.execute(f"({left}) except all ({right})").fetchall()]


def test_every_invitation_is_judged_as_planted(known: duckdb.DuckDBPyConnection) -> None:
    """Fraud with its kinds, age and conversion of each invitation."""
    told = """
        select invitation_id, programme_id, inviter_user_id, is_fraud = 'true', is_matured = 'true', is_converted = 'true',
            list_sort(string_split(coalesce(fraud_kinds, ''), ';'))
        from truth_invitations
    """
    found = """
        select invitation_id, programme_id, inviter_user_id, is_fraud, is_matured, is_converted,
            list_sort(string_split(regexp_replace(coalesce(fraud_reasons, ''), 'ring_of_[234]', 'ring'), ', '))
        from referral.fct_invitations
    """
    assert differences(known, told, found) == []
    kinds = known.execute(
        "select distinct unnest(string_split(fraud_kinds, ';')) from truth_invitations where fraud_kinds <> ''"
    ).fetchall()
    assert {kind for (kind,) in kinds} >= {"ring", "burst", "self_alias"}


def test_every_cohort_has_the_planted_sums(known: duckdb.DuckDBPyConnection) -> None:
    """Users, invitations, judged and converted of each month of activation, before and after fraud."""
    told = """
        select cast(month as date), cast(active_users as bigint), cast(invitations as bigint), cast(matured as bigint),
            cast(converted as bigint), cast(invitations_with_fraud as bigint), cast(matured_with_fraud as bigint),
            cast(converted_with_fraud as bigint)
        from truth_k_monthly
        where programme_id = 'all'
    """
    found = """
        select period_on, user_count, sent_count, matured_count, converted_count, sent_gross_count, matured_gross_count,
            converted_gross_count
        from referral.fct_k_factor_monthly
        where scope_kind = 'total'
    """
    assert differences(known, told, found) == []


def test_k_is_the_quotient_of_the_planted_sums_and_the_users_add_up_to_it(known: duckdb.DuckDBPyConnection) -> None:
    rows = known.execute(
        """
        select k.k_factor, cast(truth.converted as double) / cast(truth.active_users as double), users.converted / users.mature
        from referral.fct_k_factor_monthly as k
        inner join truth_k_monthly as truth on cast(truth.month as date) = k.period_on and truth.programme_id = 'all'
        inner join (
            select date_trunc('month', activated_on) as period_on, sum(mature_converted_count) as converted,
                sum(mature_user_count) as mature
            from referral.fct_user_referrals group by all
        ) as users on k.period_on = users.period_on
        where k.scope_kind = 'total' and k.is_complete
        """
    ).fetchall()
    # A past day of a quarter of the company has 18 months whose every user has been followed long enough.
    assert len(rows) >= 18
    for found, told, by_user in rows:
        assert found == pytest.approx(told)
        assert by_user == pytest.approx(told)


def test_every_month_of_scores(known: duckdb.DuckDBPyConnection) -> None:
    told = """
        select cast(month as date), cast(responses as bigint), 100 * (cast(promoters as bigint) - cast(detractors as bigint))
        from truth_nps_monthly
    """
    found = """
        select cast(date_trunc('month', responded_on) as date), cast(sum(nps_count) as bigint), cast(sum(nps_points) as bigint)
        from product.fct_survey_responses where survey_kind = 'nps' group by all
    """
    assert differences(known, told, found) == []
    told = "select cast(month as date), cast(responses as bigint), cast(good as bigint) from truth_csat_monthly"
    found = """
        select cast(date_trunc('month', responded_on) as date), cast(sum(csat_count) as bigint), cast(sum(csat_good_count) as bigint)
        from product.fct_survey_responses where survey_kind = 'csat' group by all
    """
    assert differences(known, told, found) == []


def test_every_month_and_segment_of_the_disappointed(known: duckdb.DuckDBPyConnection) -> None:
    """All answers, and those of users with a core action in the 14 days before; the truth calls no account `none`."""
    told = """
        select cast(month as date), replace(customer_segment, 'none', 'unknown'), cast(responses as bigint),
            cast(active_responses as bigint), cast(active_very_disappointed as bigint)
        from truth_pmf
    """
    found = """
        select cast(date_trunc('month', responded_on) as date), customer_segment, count(*), cast(sum(pmf_active_count) as bigint),
            cast(sum(very_disappointed_count) as bigint)
        from product.fct_survey_responses where survey_kind = 'pmf' group by all
    """
    assert differences(known, told, found) == []


def test_every_won_deal_has_its_planted_cycle(known: duckdb.DuckDBPyConnection) -> None:
    told = "select deal_id, deal_type, cast(created_on as date), cast(won_on as date), cast(cycle_days as integer) from truth_sales_cycles"
    found = "select deal_id, deal_type, created_on, closed_on, cycle_days from sales.fct_deals where status = 'won'"
    assert differences(known, told, found) == []
