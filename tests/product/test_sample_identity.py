"""The sample company's people, landed as hashes and domains, against the truth that the simulator worked out on addresses in the clear.

Belongs here: comparing tables of identity with truth, on the last day and on a past one; companies that lack a system.
Does not belong here: a rule of identity (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.product.warehouses import build_product, company
from tests.runs import Run


@pytest.fixture
def marts(sample: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample.with_truth("users", "crm_matches", "identity_conflicts", "activation_cohorts") as connection:
        yield connection


def same(connection: duckdb.DuckDBPyConnection, told: str, found: str) -> None:
    """Both queries give the same rows, as often."""
    assert connection.execute(f"({told}) except all ({found})").fetchall() == []
    assert connection.execute(f"({found}) except all ({told})").fetchall() == []


def test_every_user_has_the_account_and_rule_that_is_true(marts: duckdb.DuckDBPyConnection) -> None:
    """Users of excluded accounts are left out of the truth."""
    same(
        marts,
        "select user_id, account_id, match_rule, cast(signed_up_at as timestamp), cast(activated_at as timestamp) from truth_users",
        "select user_id, account_id, account_match_rule, signed_up_at, activated_at from product.dim_users where not is_excluded",
    )
    rules = marts.execute("select distinct match_rule from truth_users order by all").fetchall()
    assert rules == [("domain",), ("email_hash",), ("shared_id",), (None,)]
    assert marts.execute("select count(*) filter (is_excluded) > 0 from product.dim_users").fetchall() == [(True,)]


def test_every_company_of_the_crm_has_the_account_that_is_true(marts: duckdb.DuckDBPyConnection) -> None:
    found = """
        select left_id, right_id, rule
        from product.fct_identity_matches
        where kind = 'crm_company_account' and is_matched
            and right_id in (select account_id from revenue.dim_accounts)
    """
    same(marts, "select crm_company_id, account_id, match_rule from truth_crm_matches", found)


def test_one_row_per_account_has_what_every_system_knows(marts: duckdb.DuckDBPyConnection) -> None:
    """Users and companies counted in the truth stand in dim_accounts beside what billing knows."""
    told = """
        select account_id, count(*), count(activated_at), min(cast(signed_up_at as timestamp)) is not null
        from truth_users where account_id is not null group by account_id
    """
    found = (
        "select account_id, user_count, activated_user_count, first_signed_up_on is not null from revenue.dim_accounts where user_count > 0"
    )
    same(marts, told, found)
    companies = "select account_id, count(*) from truth_crm_matches where account_id is not null group by account_id"
    same(marts, companies, "select account_id, crm_company_count from revenue.dim_accounts where crm_company_count > 0")
    one_of_them = "select account_id, crm_company_id, crm_match_rule from revenue.dim_accounts where crm_company_id is not null"
    truth = "select account_id, crm_company_id, match_rule from truth_crm_matches"
    assert marts.execute(f"({one_of_them}) except ({truth})").fetchall() == []
    assert marts.execute("select count(*) > 0 from revenue.dim_accounts where status = 'paying' and user_count > 0").fetchall() == [(True,)]


def test_every_conflict_is_listed(marts: duckdb.DuckDBPyConnection) -> None:
    """Two rules that disagree about a user or a company, and browsers of two users."""
    names = "kind, left_id, winner_id, winner_rule, other_id, other_rule"
    same(
        marts,
        f"select {names} from truth_identity_conflicts",
        f"select {names} from product.fct_identity_conflicts where not is_excluded",
    )
    kinds = marts.execute("select distinct kind from truth_identity_conflicts order by all").fetchall()
    assert kinds == [("crm_company_account",), ("user_account",), ("visitor_user",)]


def test_every_cohort_activates_as_is_true(marts: duckdb.DuckDBPyConnection) -> None:
    told = """
        select cast(month as date), cast(signed_up as bigint), cast(activated as bigint), cast(mature_signed_up as bigint),
            cast(mature_activated as bigint)
        from truth_activation_cohorts
    """
    found = """
        select cast(date_trunc('month', signed_up_on) as date), count(*), count(activated_at), count(*) filter (is_mature),
            count(activated_at) filter (is_mature)
        from product.dim_users where not is_excluded group by all
    """
    same(marts, told, found)


def test_nothing_personal_leaves_landing(sample: Run, marts: duckdb.DuckDBPyConnection) -> None:
    """No text of a raw view of people and no text of a mart has an @; an address in the clear has one in the exports."""
    views = [("raw_segment", "users"), ("raw_segment", "identifies"), ("raw_hubspot", "contacts"), ("product", "dim_users")]
    for schema, name in views:
        assert marts.execute(
            f"select count(*) > 0, count(*) filter (cast(t as varchar) like '%@%') from {schema}.{name} as t"
        ).fetchall() == [(True, 0)], name
    exports = sorted((sample.inbox / "segment" / "users").iterdir())
    assert marts.execute("select bool_and(contains(content, '@')) from read_text(?)", [[str(file) for file in exports]]).fetchall() == [
        (True,)
    ]


def test_without_a_crm_users_are_matched_by_id_and_billing_domain(past_nightly: Run, tmp_path: Path) -> None:
    """Contacts and companies are empty, so no rule by contact; the id rule finds whom it found before."""
    warehouse = tmp_path / "warehouse.duckdb"
    warehouse.write_bytes(past_nightly.warehouse.read_bytes())
    build_product(warehouse, tmp_path / "target", company(crm_companies=[], crm_contacts=[]))
    with duckdb.connect(str(past_nightly.warehouse), read_only=True) as connection:
        by_id = connection.execute("select count(*) from product.dim_users where account_match_rule = 'shared_id'").fetchall()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rules = connection.execute("select distinct account_match_rule from product.dim_users order by all").fetchall()
        assert rules == [("domain",), ("shared_id",), (None,)]
        assert connection.execute("select count(*) from product.dim_users where account_match_rule = 'shared_id'").fetchall() == by_id
        assert connection.execute("select count(crm_contact_id), count(crm_company_id) from product.dim_users").fetchall() == [(0, 0)]
        assert connection.execute("select sum(crm_company_count) from revenue.dim_accounts").fetchall() == [(0,)]
