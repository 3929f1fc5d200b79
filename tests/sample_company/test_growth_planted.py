"""What was planted comes back from the exported rows by plain counting, and every kind of story is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from pathlib import Path
from statistics import median

import pytest

from sample_company.clock import instant, local_day
from sample_company.growth import books
from sample_company.growth.crm import CYCLE_DAYS
from sample_company.growth.people import ACTIVATION_SHARE
from sample_company.growth.states import World
from sample_company.growth.voices import VERY_DISAPPOINTED
from sample_company.truth.growth_attribution import PAID_CHANNELS
from tests.sample_company.growth_files import Rows, export, truth

FOUR = Decimal("0.0001")


def total(rows: Rows, name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def rate_by_day(folder: Path) -> dict[tuple[str, str], Decimal]:
    return {(row["base"], row["date"]): Decimal(row["rate"]) for row in export(folder, "fx_rates", "rates")}


def at_days_rate(amount: str, currency: str, day: date, rates: dict[tuple[str, str], Decimal]) -> Decimal:
    """An amount in dollars: the last rate of at most ten days before. Every day of spend has one."""
    if currency == "USD":
        return Decimal(amount)
    ages = (rates.get((currency, str(day - timedelta(days=age)))) for age in range(11))
    rate = next(one for one in ages if one is not None)
    return (Decimal(amount) * rate).quantize(FOUR, ROUND_HALF_UP)


def test_media_spend_adds_up_to_the_ten_thousandth(written: Path) -> None:
    rates = rate_by_day(written)
    months: dict[str, Decimal] = defaultdict(Decimal)
    for row in export(written, "google_ads", "campaign_stats"):
        cost = row["Cost"].replace(",", "")
        months[row["Day"][:7]] += at_days_rate(cost, row["Currency code"], date.fromisoformat(row["Day"]), rates)
    for row in export(written, "meta_ads", "insights"):
        months[row["date_start"][:7]] += at_days_rate(row["spend"], row["account_currency"], date.fromisoformat(row["date_start"]), rates)
    for row in export(written, "linkedin_ads", "campaign_analytics"):
        month, number, year = map(int, row["Start Date (in UTC)"].split("/"))
        day = date(year, month, number)
        months[str(day)[:7]] += at_days_rate(row["Total Spent"], row["Currency"], day, rates)
    found = {row["month"][:7]: Decimal(row["media_spend"]) for row in truth(written, "cac_monthly") if row["channel"] == "all"}
    assert {month: amount for month, amount in found.items() if amount} == months
    # The ledger's advertising is the same money, in cents.
    posted = {
        row["posting_date"][:7]: Decimal(row["debit"])
        for row in export(written, "ledger", "journal_lines")
        if row["account_number"] == "6000"
    }
    assert {month: amount.quantize(Decimal("0.01"), ROUND_HALF_UP) for month, amount in months.items()} == posted


def test_customers_and_channels_add_up(written: Path) -> None:
    rows = truth(written, "cac_monthly")
    channels = [row for row in rows if row["channel"] != "all"]
    whole = [row for row in rows if row["channel"] == "all"]
    acquired = truth(written, "acquired_accounts")
    assert total(channels, "new_accounts") == total(whole, "new_accounts") == len(acquired)
    assert total(channels, "media_spend") == total(whole, "media_spend")
    assert total(whole, "new_paid_accounts") == sum(row["channel"] in PAID_CHANNELS for row in acquired)
    # Both kinds of months are there: spend and nobody, somebody and no spend.
    paid = [row for row in channels if row["channel"] in PAID_CHANNELS]
    assert any(Decimal(row["media_spend"]) > 0 and row["new_accounts"] == "0" for row in paid)
    assert any(Decimal(row["media_spend"]) == 0 and row["new_accounts"] != "0" for row in paid)
    assert any(Decimal(row["media_spend"]) == 0 and row["new_accounts"] != "0" for row in whole)


def test_weights_sum_to_one_for_every_conversion_and_model(written: Path) -> None:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in truth(written, "attribution_weights"):
        sums[row["account_id"], row["attribution_model"]] += Decimal(row["weight"])
    assert set(sums.values()) == {1}
    assert len(sums) == 6 * len(truth(written, "acquired_accounts"))


def test_every_kind_of_acquisition_is_there(world: World, written: Path) -> None:
    rows = [row for row in truth(written, "attribution_weights") if row["attribution_model"] == "linear"]
    by_account: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_account[row["account_id"]].append(row)
    at = {f"segment:{page.id}": page.at for page in world.pages}
    lengths = Counter(len(touches) for touches in by_account.values())
    assert set(range(1, 9)) <= set(lengths)
    twins = [t for t in by_account.values() if len({at[row["session_id"]] for row in t if row["session_id"]}) < len(t) and len(t) > 1]
    assert len(twins) > 10
    assert len([t for t in by_account.values() if {row["channel"] for row in t} == {"direct"}]) > 20
    channels = Counter(row["channel"] for row in truth(written, "acquired_accounts"))
    assert min(channels[name] for name in ("unattributed", "invitation", "partner", "paid_search", "paid_social", "organic_search")) > 20
    # Some of the unattributed were visited, but before the look-back.
    acquired = {row["account_id"]: date.fromisoformat(row["acquired_on"]) for row in truth(written, "acquired_accounts")}
    account_of = {row["user_id"]: row["account_id"] for row in truth(written, "users")}
    visitor_of = {call.visitor_id: account_of.get(f"segment:{call.user_id}", "") for call in reversed(world.identifies)}
    early = {
        visitor_of[page.visitor_id]
        for page in world.pages
        if page.visitor_id in visitor_of
        and local_day(page.at) < acquired.get(visitor_of[page.visitor_id], date(2023, 1, 1)) - timedelta(days=90)
    }
    assert early & {row["account_id"] for row in truth(written, "acquired_accounts") if row["channel"] == "unattributed"}
    # A click that only the platform marked has a channel and no campaign.
    assert any(row["channel"] == "paid_search" and not row["campaign_id"] for row in rows)
    assert len({page.visitor_id for page in world.pages} - set(visitor_of)) > 4 * len(by_account)


def test_users_are_tied_in_every_way(written: Path) -> None:
    rules = Counter(row["match_rule"] for row in truth(written, "users"))
    assert rules["shared_id"] > rules["domain"] > 50
    assert rules["email_hash"] > 20
    assert rules[""] > 500
    kinds = Counter(row["kind"] for row in truth(written, "identity_conflicts"))
    assert min(kinds[kind] for kind in ("user_account", "crm_company_account", "visitor_user")) > 2
    assert Counter(row["match_rule"] for row in truth(written, "crm_matches"))["domain"] > 30
    # Whom the product was told of is matched to that account, whatever else is known.
    told = {f"segment:{row['id']}": f"stripe:{row['company_id']}" for row in export(written, "segment", "users", "id") if row["company_id"]}
    for row in truth(written, "users"):
        if row["user_id"] in told:
            assert (row["account_id"], row["match_rule"]) == (told[row["user_id"]], "shared_id")


def test_the_planted_share_becomes_active(written: Path) -> None:
    """Of users who found the product themselves; 3.3 standard errors miss once in a thousand."""
    users = [row for row in truth(written, "users") if row["user_id"].startswith("segment:f") and row["signed_up_at"] < "2026-06-01"]
    share = sum(bool(row["activated_at"]) for row in users) / len(users)
    assert abs(share - ACTIVATION_SHARE) < 3.3 * sqrt(ACTIVATION_SHARE * (1 - ACTIVATION_SHARE) / len(users))
    cohorts = truth(written, "activation_cohorts")
    assert sum(int(row["signed_up"]) for row in cohorts) == len(truth(written, "users"))
    assert all(0 < int(row["activated_7d"]) <= int(row["activated"]) <= int(row["signed_up"]) for row in cohorts)
    # Only the last month has users whose 14 days are not over.
    assert [row["month"] for row in cohorts if row["mature_signed_up"] != row["signed_up"]] == ["2026-06-01"]


def test_use_decays_and_then_holds(written: Path) -> None:
    """Weekly core actions of users who signed up half a year before the end: high in the first week, level from the fifth on."""
    signed_up = {row["user_id"].removeprefix("segment:"): datetime.fromisoformat(row["signed_up_at"]) for row in truth(written, "users")}
    followed = {user for user, at in signed_up.items() if at < instant(2026, 1, 1, 0, 0, 0) and user.startswith("f")}
    weeks: dict[int, set[str]] = defaultdict(set)
    for row in export(written, "segment", "tracks"):
        if row["event"] == "core_action" and row["user_id"] in followed:
            weeks[(datetime.fromisoformat(row["timestamp"]) - signed_up[row["user_id"]]).days // 7].add(row["user_id"])
    share = [len(weeks[week]) / len(followed) for week in range(20)]
    assert share[0] > 0.6
    assert share[0] > share[2] > share[5]
    assert all(0.08 < one < 0.25 for one in share[8:20])


@pytest.mark.parametrize("segment", sorted(VERY_DISAPPOINTED))
def test_the_planted_share_would_be_very_disappointed(segment: str, written: Path) -> None:
    rows = [row for row in truth(written, "pmf") if row["customer_segment"] == segment]
    asked, very = int(total(rows, "active_responses")), int(total(rows, "active_very_disappointed"))
    planted = VERY_DISAPPOINTED[segment]
    assert asked > 50
    assert abs(very / asked - planted) < 3.3 * sqrt(planted * (1 - planted) / asked)
    assert int(total(rows, "responses")) > asked


def test_survey_counts_are_those_of_the_rows(written: Path) -> None:
    kept = {row["user_id"].removeprefix("segment:") for row in truth(written, "users")} | {""}
    answers = [row for row in export(written, "surveys", "responses") if row["user_id"] in kept]
    nps = [int(row["score"]) for row in answers if row["survey"] == "nps"]
    months = truth(written, "nps_monthly")
    counts = (len(nps), sum(score >= 9 for score in nps), sum(7 <= score <= 8 for score in nps), sum(score <= 6 for score in nps))
    assert tuple(int(total(months, name)) for name in ("responses", "promoters", "passives", "detractors")) == counts
    csat = [int(row["score"]) for row in answers if row["survey"] == "csat"]
    assert (len(csat), sum(score >= 4 for score in csat)) == tuple(
        int(total(truth(written, "csat_monthly"), n)) for n in ("responses", "good")
    )
    assert any(not row["user_id"] for row in answers)


def test_margins_are_those_of_the_lines(written: Path) -> None:
    """Third-party usage and fees are planted shares of the software's revenue; hosting is per account, with a credit note each quarter."""
    lines = export(written, "ledger", "journal_lines")
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in lines:
        sums[row["posting_date"][:7], row["account_number"], row["product"]] += Decimal(row["credit"]) - Decimal(row["debit"])
    months = [row for row in truth(written, "margins_monthly") if row["product"] == "software"]
    assert len(months) == 36
    for row in months:
        month = row["month"][:7]
        revenue = sums[month, "4000", "software"]
        assert Decimal(row["revenue"]) == revenue > 0
        assert abs(Decimal(row["third_party_usage"]) - revenue * books.THIRD_PARTY_PERCENT / 100) < Decimal("0.01")
        assert abs(Decimal(row["payment_fees"]) - revenue * books.FEE_PERMILLE / 1000) < Decimal("0.01")
        cost = -sum(sums[month, number, "software"] for number in ("5000", "5010", "5020", "5100", "5110"))
        assert Decimal(row["cost_of_revenue"]) == cost
        assert float(row["gross_margin_ratio"]) == pytest.approx(float(1 - cost / revenue), abs=1e-9)
    hosting = [Decimal(row["hosting"]) for row in months]
    assert hosting[-1] > 4 * hosting[0]
    assert float(months[-1]["gross_margin_ratio"]) > float(months[6]["gross_margin_ratio"]) > 0.5


def test_cash_is_what_the_lines_leave(written: Path) -> None:
    months = truth(written, "cash_monthly")
    rates = rate_by_day(written)
    cash = Decimal(0)
    for row in export(written, "ledger", "journal_lines"):
        if row["account_number"] == "1000":
            day = date.fromisoformat(row["posting_date"])
            cash += at_days_rate(row["debit"], row["currency"], day, rates) - at_days_rate(row["credit"], row["currency"], day, rates)
    assert Decimal(months[-1]["closing_cash"]) == cash
    assert min(Decimal(row["closing_cash"]) for row in months) > 0
    assert [row["month"] for row in months if Decimal(row["funding"])] == ["2023-07-01", "2024-02-01", "2025-09-01"]
    assert Decimal(months[-1]["net_burn"]) > 0


def test_sales_cycles_shorten(written: Path) -> None:
    days: dict[int, list[int]] = defaultdict(list)
    for row in truth(written, "sales_cycles"):
        if row["deal_type"] == "new_business":
            days[int(row["won_on"][:4])].append(int(row["cycle_days"]))
    medians = [median(days[year]) for year in sorted(CYCLE_DAYS)]
    assert medians == sorted(medians, reverse=True)
    assert medians[0] > 1.5 * medians[-1]
    assert all(len(days[year]) > 20 for year in CYCLE_DAYS)
