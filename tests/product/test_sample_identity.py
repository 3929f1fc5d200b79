"""The sample company's people, landed as hashes and domains, against the truth that the simulator worked out on addresses in the clear.

Belongs here: comparing tables of identity with truth, on the last day and on a past one; companies that lack a system.
Does not belong here: a rule of identity (the unit tests beside the models), the truth itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from sample_company.clock import ENDS_ON, STARTS_ON
from sample_company.write import write
from tests.product.warehouses import build_product, company, company_file, land

pytestmark = pytest.mark.xdist_group("product_sample")
PAST = date(2025, 3, 31)
SCALE = 0.25


@dataclass(frozen=True)
class Known:
    """A warehouse as of a day, and the folder with the truth of that day."""

    folder: Path
    warehouse: Path
    truth: Path


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt's folder for the sample: parsed once for both days."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module", params=[ENDS_ON, PAST], ids=["today", "a_past_day"])
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, manifest_path: Path, target: Path) -> Known:
    folder = tmp_path_factory.mktemp(f"identity_{request.param}")
    write(folder / "inbox", folder / "truth", scale=SCALE, until=request.param)
    warehouse = land(folder, manifest_path, request.param, STARTS_ON)
    build_product(warehouse, target, company())
    return Known(folder, warehouse, folder / "truth")


@pytest.fixture
def marts(known: Known) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(known.warehouse), read_only=True) as connection:
        for name in ("users", "crm_matches", "identity_conflicts", "activation_cohorts"):
            file = str(known.truth / f"{name}.csv")
            connection.execute(f"create temp table truth_{name} as select * from read_csv(?, all_varchar = true, nullstr = '')", [file])
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
            and right_id in (select account_id from product.fct_account_identities)
    """
    same(marts, "select crm_company_id, account_id, match_rule from truth_crm_matches", found)


def test_every_conflict_of_two_rules_is_listed(marts: duckdb.DuckDBPyConnection) -> None:
    told = """
        select kind, id, account_id, match_rule, other_account_id, other_rule
        from truth_identity_conflicts where kind in ('user', 'crm_company')
    """
    found = """
        select case kind when 'user_account' then 'user' when 'crm_company_account' then 'crm_company' end, left_id, winner_id, winner_rule,
            other_id, other_rule
        from product.fct_identity_conflicts where kind in ('user_account', 'crm_company_account') and not is_excluded
    """
    same(marts, told, found)
    kinds = marts.execute("select kind, count(*) > 0 from truth_identity_conflicts group by all order by all").fetchall()
    assert kinds == [("crm_company", True), ("user", True), ("visitor", True)]


def test_every_browser_of_two_accounts_is_listed(marts: duckdb.DuckDBPyConnection) -> None:
    """The truth lists a browser of two users only where their accounts differ; the mart lists them all, and names users."""
    told = "select id, account_id, other_account_id from truth_identity_conflicts where kind = 'visitor'"
    found = """
        select conflicts.left_id, winners.account_id, others.account_id
        from product.fct_identity_conflicts as conflicts
        left join product.dim_users as winners on conflicts.winner_id = winners.user_id
        left join product.dim_users as others on conflicts.other_id = others.user_id
        where conflicts.kind = 'visitor_user' and not conflicts.is_excluded and winners.account_id is distinct from others.account_id
    """
    same(marts, f"select distinct * from ({told})", f"select distinct * from ({found})")


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


def test_nothing_personal_leaves_landing(known: Known, marts: duckdb.DuckDBPyConnection) -> None:
    """No text of a raw view of people and no text of a mart has an @; an address in the clear has one in the exports."""
    views = [("raw_segment", "users"), ("raw_segment", "identifies"), ("raw_hubspot", "contacts"), ("product", "dim_users")]
    for schema, name in views:
        assert marts.execute(
            f"select count(*) > 0, count(*) filter (cast(t as varchar) like '%@%') from {schema}.{name} as t"
        ).fetchall() == [(True, 0)], name
    exports = sorted((known.folder / "inbox" / "segment" / "users").iterdir())
    assert marts.execute("select bool_and(contains(content, '@')) from read_text(?)", [[str(file) for file in exports]]).fetchall() == [
        (True,)
    ]


@pytest.mark.parametrize("known", [ENDS_ON], indirect=True, ids=["today"])
def test_without_a_crm_users_are_matched_by_id_and_billing_domain(known: Known, tmp_path: Path) -> None:
    """Contacts and companies are empty, so no rule by contact; the id rule finds whom it found before."""
    warehouse = tmp_path / "warehouse.duckdb"
    warehouse.write_bytes(known.warehouse.read_bytes())
    build_product(warehouse, tmp_path / "target", company(crm_companies=[], crm_contacts=[]))
    with duckdb.connect(str(known.warehouse), read_only=True) as connection:
        by_id = connection.execute("select count(*) from product.dim_users where account_match_rule = 'shared_id'").fetchall()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rules = connection.execute("select distinct account_match_rule from product.dim_users order by all").fetchall()
        assert rules == [("domain",), ("shared_id",), (None,)]
        assert connection.execute("select count(*) from product.dim_users where account_match_rule = 'shared_id'").fetchall() == by_id
        assert connection.execute("select count(crm_contact_id), count(crm_company_id) from product.dim_users").fetchall() == [(0, 0)]
        assert connection.execute("select sum(crm_company_count) from product.fct_account_identities").fetchall() == [(0,)]


def test_a_company_with_none_of_these_systems_has_empty_tables(tmp_path: Path, manifest_path: Path) -> None:
    warehouse = land(tmp_path, manifest_path, date(2011, 12, 9), date(2010, 12, 1))
    build_product(warehouse, tmp_path / "target", company_file("companies/online_retail.yml"))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart in ("dim_users", "fct_identity_matches", "fct_identity_conflicts", "fct_account_identities"):
            assert connection.execute(f"select count(*) from product.{mart}").fetchall() == [(0,)], mart
