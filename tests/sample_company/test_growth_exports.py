"""The growth exports: shapes, sizes, references, increments; and nothing of what was there before is another byte."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sample_company.changes import ChangeLog
from sample_company.clock import ENDS_ON
from sample_company.excluded import ACCOUNT_NUMBERS, SHOPPER_NUMBERS
from sample_company.exports import HEADERS, write_exports
from sample_company.growth.campaigns import CAMPAIGNS
from sample_company.growth.rows import HEADERS as GROWTH
from sample_company.growth.world import build_world
from sample_company.shop_rows import log_shopper
from sample_company.stripe_rows import log_account, log_catalogue
from sample_company.truth.tables import write_truth
from sample_company.write import simulate_accounts, simulate_shoppers, write
from tests.sample_company.conftest import Company
from tests.sample_company.growth_files import export

KEYS = {
    ("google_ads", "campaign_stats"): ("Day", "Campaign ID", "Country/Territory"),
    ("meta_ads", "insights"): ("date_start", "campaign_id", "country"),
    ("linkedin_ads", "campaign_analytics"): ("Start Date (in UTC)", "Campaign ID"),
    ("hubspot", "deal_stage_history"): ("deal_id", "entered_at"),
    ("ledger", "accounts"): ("account_number",),
    ("ledger", "journal_lines"): ("journal_id", "line_number"),
    ("fx_rates", "rates"): ("date", "base", "quote"),
}


def test_what_was_there_before_is_the_same_to_the_byte(written: Path, company: Company, tmp_path: Path) -> None:
    log = ChangeLog()
    log_catalogue(log)
    for account in company.accounts:
        log_account(log, account)
    for shopper in company.shoppers:
        log_shopper(log, shopper)
    exports = write_exports(log, tmp_path / "inbox", ENDS_ON)
    real = [account for account in company.accounts if account.number not in ACCOUNT_NUMBERS]
    buyers = [shopper for shopper in company.shoppers if shopper.number not in SHOPPER_NUMBERS]
    files = write_truth(tmp_path / "truth", real, buyers, ENDS_ON)
    assert len(exports) > 50
    assert len(files) > 10
    for path in (*(Path("inbox") / name for name in exports), *(Path("truth") / name for name in files)):
        assert hashlib.sha256((tmp_path / path).read_bytes()).digest() == hashlib.sha256((written / path).read_bytes()).digest(), path


def test_scale_adds_slots_and_changes_none() -> None:
    small, large = (build_world(list(simulate_accounts(s, 7)), list(simulate_shoppers(0.01, 7)), s, 7) for s in (0.1, 0.2))
    for part in ("users", "companies", "deals", "pages", "identifies", "invitations", "rewards", "responses"):
        rows = {one.id: one for one in getattr(large, part)}
        assert rows.items() >= {one.id: one for one in getattr(small, part)}.items(), part
        assert len(rows) > len(getattr(small, part)), part


@pytest.mark.parametrize("table", sorted(GROWTH))
def test_every_table_has_its_header_and_one_row_per_key(table: tuple[str, str], written: Path) -> None:
    rows = export(written, *table)
    assert tuple(rows[0]) == HEADERS[table]
    keys = [tuple(row[name] for name in KEYS.get(table, ("id",))) for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_default_company_stays_light(written: Path) -> None:
    """The sizes that the nightly run of the sample was promised."""
    counts = {table: len(export(written, *table)) for table in GROWTH}
    assert 15_000 < counts["segment", "pages"] <= 30_000
    assert 20_000 < counts["segment", "tracks"] <= 45_000
    assert 9_000 < sum(count for (source, _), count in counts.items() if source.endswith("_ads")) <= 13_000
    assert 2_000 < counts["referrals", "invitations"] <= 3_200
    assert 2_000 < counts["surveys", "responses"] <= 3_500
    assert 1_000 < counts["ledger", "journal_lines"] <= 2_000
    assert 3_000 < counts["fx_rates", "rates"] <= 5_000


def test_formats_are_those_of_the_vendors(written: Path) -> None:
    stats = export(written, "google_ads", "campaign_stats")
    assert any("," in row["Impr."] for row in stats)
    assert all(re.fullmatch(r"\d{1,3}(,\d{3})*\.\d\d", row["Cost"]) for row in stats)
    assert {row["Campaign type"] for row in stats} == {"Search", "Display", "Video"}
    days = [row["Start Date (in UTC)"] for row in export(written, "linkedin_ads", "campaign_analytics")]
    assert all(re.fullmatch(r"(0[1-9]|1[0-2])/([0-2]\d|3[01])/202[3-6]", day) for day in days)
    made = [row["createdate"] for row in export(written, "hubspot", "companies")]
    assert all(re.fullmatch(r"202\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z", moment) for moment in made)
    rates = export(written, "fx_rates", "rates")
    assert all(re.fullmatch(r"\d+\.\d{8}", row["rate"]) and date.fromisoformat(row["date"]).weekday() < 5 for row in rates)
    assert {(row["base"], row["quote"]) for row in rates} == {(base, "USD") for base in ("EUR", "GBP", "JPY", "KWD")}
    currencies = {row["Currency code"] for row in stats} | {row["account_currency"] for row in export(written, "meta_ads", "insights")}
    assert currencies == {"USD", "EUR", "GBP"}


def test_rates_walk_around_the_reference(written: Path) -> None:
    found = defaultdict(list)
    for row in export(written, "fx_rates", "rates"):
        found[row["base"]].append(float(row["rate"]))
    for base, reference in {"EUR": 1.08, "GBP": 1.27, "JPY": 0.0067, "KWD": 3.25}.items():
        assert sum(found[base]) / len(found[base]) == pytest.approx(reference, rel=0.05)
        assert max(found[base]) / min(found[base]) < 1.25
        assert len(set(found[base])) > 700


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        (("segment", "identifies"), "user_id", ("segment", "users"), "id"),
        (("segment", "tracks"), "user_id", ("segment", "users"), "id"),
        (("segment", "pages"), "user_id", ("segment", "users"), "id"),
        (("segment", "users"), "company_id", ("stripe", "customers"), "id"),
        (("hubspot", "companies"), "stripe_customer_id", ("stripe", "customers"), "id"),
        (("hubspot", "contacts"), "associatedcompanyid", ("hubspot", "companies"), "id"),
        (("hubspot", "deals"), "associatedcompanyid", ("hubspot", "companies"), "id"),
        (("hubspot", "deal_stage_history"), "deal_id", ("hubspot", "deals"), "id"),
        (("referrals", "invitations"), "programme_id", ("referrals", "programmes"), "id"),
        (("referrals", "invitations"), "inviter_user_id", ("segment", "users"), "id"),
        (("referrals", "invitations"), "invitee_user_id", ("segment", "users"), "id"),
        (("referrals", "rewards"), "invitation_id", ("referrals", "invitations"), "id"),
        (("surveys", "responses"), "user_id", ("segment", "users"), "id"),
        (("ledger", "journal_lines"), "account_number", ("ledger", "accounts"), "account_number"),
    ],
)
def test_every_reference_has_its_row(child: tuple[str, str], column: str, parent: tuple[str, str], key: str, written: Path) -> None:
    named = {row[column] for row in export(written, *child)} - {""}
    assert named
    assert named <= {row[key] for row in export(written, *parent)}


def test_campaigns_have_one_name_everywhere(written: Path) -> None:
    spent = {row["Campaign"] for row in export(written, "google_ads", "campaign_stats")}
    spent |= {row["campaign_name"] for row in export(written, "meta_ads", "insights")}
    spent |= {row["Campaign Name"] for row in export(written, "linkedin_ads", "campaign_analytics")}
    assert spent == {campaign.name for campaign in CAMPAIGNS}
    pages = export(written, "segment", "pages")
    visited = {row["context_campaign_name"] for row in pages if row["context_campaign_medium"] in ("cpc", "display", "paid_social")}
    assert visited == spent - {"li-brand-burst"}
    assert all(f"utm_campaign={row['context_campaign_name']}" in row["context_page_url"] for row in pages if row["context_campaign_name"])
    assert {kind for row in pages for kind in re.findall(r"[?&](gclid|fbclid|li_fat_id)=", row["context_page_url"])} == {
        "gclid", "fbclid", "li_fat_id",
    }  # fmt: skip


def test_every_journal_entry_balances(written: Path) -> None:
    entries: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in export(written, "ledger", "journal_lines"):
        sums = entries[row["journal_id"], row["posting_date"], row["currency"]]
        sums[0] += Decimal(row["debit"])
        sums[1] += Decimal(row["credit"])
        assert min(Decimal(row["debit"]), Decimal(row["credit"])) == 0
    assert {debit - credit for debit, credit in entries.values()} == {0}
    assert len({journal for journal, _, _ in entries}) == len(entries)
    assert {currency for _, _, currency in entries} == {"USD", "EUR"}


def test_a_deal_is_exported_as_its_last_stage(written: Path) -> None:
    last = {row["deal_id"]: row for row in export(written, "hubspot", "deal_stage_history")}
    deals = export(written, "hubspot", "deals")
    for row in deals:
        assert (row["dealstage"], row["hs_lastmodifieddate"]) == (last[row["id"]]["dealstage"], last[row["id"]]["entered_at"])
        assert (row["hs_is_closed_won"], row["hs_is_closed"]) == (
            str(row["dealstage"] == "closedwon").lower(),
            str(row["dealstage"] in ("closedwon", "closedlost")).lower(),
        )
    assert min(Counter(row["dealstage"] for row in deals)[stage] for stage in ("closedwon", "closedlost", "appointmentscheduled")) > 0


def test_an_export_and_an_increment_say_what_the_later_export_says(tmp_path: Path) -> None:
    day, later = date(2025, 3, 9), date(2025, 4, 18)
    write(tmp_path / "stepwise" / "inbox", scale=0.1, until=day)
    write(tmp_path / "stepwise" / "inbox", scale=0.1, since=date(2025, 3, 10), until=later)
    write(tmp_path / "whole" / "inbox", scale=0.1, until=later)
    for table in GROWTH:
        merged = []
        for name in ("stepwise", "whole"):
            key = KEYS.get(table, ("id",))
            merged.append({tuple(row[column] for column in key): row for row in export(tmp_path / name, *table)})
        assert merged[0] == merged[1], table
    assert max(row["timestamp"] for row in export(tmp_path / "whole", "segment", "tracks")) < "2025-04-19 04:00:00"
    assert max(row["Day"] for row in export(tmp_path / "whole", "google_ads", "campaign_stats")) == "2025-04-18"
