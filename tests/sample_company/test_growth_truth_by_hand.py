"""The growth truth on companies of a few rows, worked by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from sample_company.clock import ENDS_ON, STARTS_ON, instant
from sample_company.growth.books import Journal
from sample_company.growth.campaigns import CAMPAIGNS
from sample_company.growth.rates import DayRates
from sample_company.growth.states import AdDay, Company, Contact, Identify, PageView, Rate, Reward, Tags, User, World
from sample_company.states import Account
from sample_company.truth.growth_attribution import Conversion, Touch, sessions, share_out
from sample_company.truth.growth_costs import cac_months, funding_months, ledger_months
from sample_company.truth.growth_identity import Identity
from sample_company.truth.growth_voices import used_lately

NOON = instant(2024, 5, 1, 16, 0, 0)  # noon in New York


def account(number: int) -> Account:
    return Account(f"cus_{number:06d}", number, f"Firm {number}", f"billing@firm-{number}.example", NOON)


def user(name: str, email: str, told: str = "") -> User:
    return User(name, email, NOON, 1, links=[(NOON, told)] if told else [])


def company(number: str, domain: str, noted: str = "") -> Company:
    return Company(number, number, domain, "US", 9, NOON, ((NOON, noted),))


# -- identity ----------------------------------------------------------------------------------------------------------------


def matches(identity: Identity) -> dict[str, tuple[str, str]]:
    return {key: (match.account_id, match.rule) for key, match in identity.matches.items()}


def test_the_rules_of_a_user_hold_in_their_order() -> None:
    world = World(
        users=[
            user("told", "a@firm-2.example", "cus_000001"),  # the id says 1, the domain 2: 1, and a conflict
            user("met", "Bea@gmail.com"),  # a contact of 2's company, written otherwise
            user("near", "c@firm-1.example"),  # by its domain
            user("head", "d@head-2.example"),  # by the domain of 2's CRM company
            user("free", "e@gmail.com"),  # a free-mail domain says nothing
            user("group", "f@group.example"),  # a domain of two accounts says nothing
            user("alien", "g@elsewhere.example"),
        ],
        companies=[
            company("c2", "head-2.example", "cus_000002"),
            company("c3", "group.example", "cus_000003"),
            company("c4", "group.example", "cus_000004"),
        ],
        contacts=[Contact("k1", " bea@GMAIL.com", "c2", NOON)],
    )
    identity = Identity(world, [account(number) for number in range(1, 5)], ENDS_ON)
    assert matches(identity) == {
        "told": ("cus_000001", "shared_id"),
        "met": ("cus_000002", "email_hash"),
        "near": ("cus_000001", "domain"),
        "head": ("cus_000002", "domain"),
    }
    (conflict,) = identity.conflicts
    assert (conflict.kind, conflict.id, conflict.winner_id, conflict.other_id) == ("user_account", "told", "cus_000001", "cus_000002")


def test_a_company_is_matched_by_its_id_before_its_domain() -> None:
    world = World(companies=[company("c1", "firm-2.example", "cus_000001"), company("c2", "firm-2.example"), company("c3", "")])
    identity = Identity(world, [account(1), account(2)], ENDS_ON)
    assert {key: (match.account_id, match.rule) for key, match in identity.companies.items()} == {
        "c1": ("cus_000001", "shared_id"),
        "c2": ("cus_000002", "domain"),
    }
    assert [(one.id, one.other_id) for one in identity.conflicts] == [("c1", "cus_000002")]


def test_nothing_is_matched_before_it_is_known() -> None:
    late = User("late", "x@firm-9.example", NOON, 1, links=[(NOON + timedelta(days=2), "cus_000001")])
    assert matches(Identity(World(users=[late]), [account(1)], date(2024, 5, 2))) == {}
    assert matches(Identity(World(users=[late]), [account(1)], date(2024, 5, 3))) == {"late": ("cus_000001", "shared_id")}


def test_the_first_identity_of_a_browser_holds() -> None:
    users = [user("one", "a@firm-1.example"), user("two", "b@firm-2.example"), user("three", "c@firm-1.example")]
    calls = [
        Identify(f"i{number}", "v", who, "", NOON + timedelta(hours=number), NOON + timedelta(hours=number))
        for number, who in ((2, "two"), (1, "one"), (3, "three"))
    ]
    identity = Identity(World(users=users, identifies=calls), [account(1), account(2)], ENDS_ON)
    assert identity.visitors == {"v": "one"}
    assert [(one.kind, one.winner_id, one.other_id) for one in identity.conflicts] == [
        ("visitor_user", "one", "two"),
        ("visitor_user", "one", "three"),
    ]


# -- sessions and credit -----------------------------------------------------------------------------------------------------


def view(number: int, seconds: int, channel: str = "direct", host: str = "www.scalehouse.example") -> PageView:
    at = NOON + timedelta(seconds=seconds)
    return PageView(f"p{number}", "v", "", at, at, host, "/", Tags(channel))


def test_half_an_hour_parts_two_sessions_and_the_app_is_no_visit() -> None:
    pages = [view(1, 0, "email"), view(2, 1799), view(3, 1799 + 1800), view(4, 60_000, host="app.scalehouse.example"), view(5, 90_000)]
    assert [(one.session_id, one.channel) for one in sessions(pages)] == [("p1", "email"), ("p3", "direct"), ("p5", "direct")]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first_touch", "1 0 0 0"),
        ("last_touch", "0 0 0 1"),
        ("last_non_direct", "0 0 1 0"),
        ("linear", "0.25 0.25 0.25 0.25"),
        ("position_based", "0.4 0.1 0.1 0.4"),
        # 14, 7, 7 and 0 days: 1/4, 1/2, 1/2 and 1 of 9/4
        ("time_decay", "0.1111111111 0.2222222222 0.2222222222 0.4444444445"),
    ],
)
def test_six_models_share_out_one(model: str, expected: str) -> None:
    channels = ("paid_search", "email", "partner", "direct")
    on = date(2024, 5, 1)
    touches = tuple(
        Touch(NOON - timedelta(days=age), f"p{number}", "v", channel, "")
        for number, (age, channel) in enumerate(zip((14, 7, 7, 0), channels, strict=True))
    )
    weights = [weight for _, weight in Conversion("cus_000001", on, touches).weights(model)]
    assert weights == [Decimal(part) for part in expected.split()]
    assert sum(weights) == 1


def test_few_touches() -> None:
    assert share_out("position_based", ["email", "direct"], [3, 1]) == [Decimal("0.5"), Decimal("0.5")]
    assert share_out("position_based", ["email"], [3]) == [Decimal(1)]
    assert share_out("last_non_direct", ["direct", "direct"], [3, 1]) == [0, 1]
    nobody = Conversion("cus_000001", date(2024, 5, 1), ())
    assert (nobody.channel, nobody.weights("linear")) == ("unattributed", [(None, Decimal(1))])


# -- money -------------------------------------------------------------------------------------------------------------------


def test_a_rate_holds_for_ten_days_and_then_the_reference() -> None:
    rates = DayRates([Rate(date(2024, 5, 3), "EUR", 110_000_000)])
    found = [rates.on("EUR", day) for day in (date(2024, 5, 2), date(2024, 5, 3), date(2024, 5, 13), date(2024, 5, 14))]
    assert found == [108_000_000, 110_000_000, 110_000_000, 108_000_000]
    assert rates.on("USD", date(2024, 5, 3)) == 100_000_000
    # 0.0005 euro at 1.10 is 0.00055, rounded away from zero to 0.0006
    assert (rates.to_reporting(5, "EUR", date(2024, 5, 3)), rates.to_reporting(-5, "EUR", date(2024, 5, 3))) == (6, -6)


def test_cost_of_two_customers_and_of_none() -> None:
    """May: 100.00 USD of search and 50.00 EUR of social at 1.10 = 155.00; agencies 30.00, a reward of 20.00 that stands and one that was
    taken back; three customers, one by search, two direct. Loaded (155 + 30 + 20) / 3. April: 7.00 and nobody."""
    search, social = CAMPAIGNS[0], next(one for one in CAMPAIGNS if one.source == "linkedin_ads" and one.currency == "EUR")
    may, april = date(2024, 5, 3), date(2024, 4, 30)
    book = Journal()
    book.post(may, "6010", "2000", 3000, "agency")
    granted = ((NOON, "granted"),)
    world = World(
        ads=[AdDay(search, may, "US", 1, 1, 10_000, 0), AdDay(social, may, "", 1, 1, 5_000, 0), AdDay(search, april, "US", 1, 1, 700, 0)],
        rates=[Rate(may, "EUR", 110_000_000)],
        lines=book.lines,
        rewards=[
            Reward("r1", "i1", "referrer", "USD", 2000, granted),
            Reward("r2", "i1", "referee", "USD", 2000, (*granted, (NOON + timedelta(days=1), "reversed"))),
        ],
    )
    touch = Touch(NOON, "p1", "v", "paid_search", search.key)
    converted = [Conversion("a", may, (touch,)), *(Conversion(name, may, (Touch(NOON, "p2", "v", "direct", ""),)) for name in "bc")]
    found = cac_months(world, converted, DayRates(world.rates), ENDS_ON)
    whole = found[date(2024, 5, 1), "all"]
    assert (whole.media, whole.other, whole.rewards, whole.accounts, whole.paid_accounts) == (1_550_000, 300_000, 200_000, 3, 1)
    assert whole.loaded == 2_050_000
    paid = found[date(2024, 5, 1), "paid_search"]
    assert (paid.media, paid.loaded) == (1_000_000, 1_000_000 + Fraction(500_000, 3))
    assert (found[date(2024, 5, 1), "direct"].media, found[date(2024, 5, 1), "direct"].loaded) == (0, Fraction(1_000_000, 3))
    assert (found[date(2024, 4, 1), "all"].media, found[date(2024, 4, 1), "all"].accounts) == (70_000, 0)


def test_the_books_have_a_side_for_everything() -> None:
    book = Journal()
    book.post(STARTS_ON, "1000", "3000", 100_000, "opening")
    book.post(date(2023, 7, 31), "1000", "4000", 50_000, "sold", product="software")
    book.post(date(2023, 7, 31), "5000", "1000", 20_000, "hosting", product="software")
    book.post(date(2023, 7, 31), "1000", "5000", 500, "credit note", product="software")
    world = World(lines=book.lines)
    months = ledger_months(world, DayRates([]), ENDS_ON)
    july = date(2023, 7, 1)
    assert months[july, "revenue", "all"] == months[july, "revenue", "software"] == 5_000_000
    assert months[july, "hosting", "all"] == 1_950_000
    # 1000 + 500 - 200 + 5
    assert months[july, "cash", "all"] == 13_050_000
    assert funding_months(world, ENDS_ON) == {july: 10_000_000}


def test_who_used_the_product_lately() -> None:
    events = [(NOON - timedelta(days=14, seconds=1), "core_action"), (NOON - timedelta(days=1), "activated")]
    assert not used_lately(events, NOON)
    assert used_lately([(NOON - timedelta(days=14), "core_action")], NOON)
    assert not used_lately([(NOON + timedelta(seconds=1), "core_action")], NOON)
