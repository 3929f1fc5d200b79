"""The truth's arithmetic on accounts written by hand; every expected number is worked in the comment beside it.

Belongs here: scripted states in, monthly revenue, movements and drivers out. Money is compared as decimal text.
Does not belong here: the simulator's own accounts (`test_company_behaviours`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest

from sample_company.clock import instant
from sample_company.money import text
from sample_company.states import (
    Account,
    Coupon,
    CustomerVersion,
    Discount,
    Item,
    ItemState,
    Price,
    Product,
    Subscription,
    SubscriptionState,
    Tier,
)
from sample_company.truth.cash import trials
from sample_company.truth.drivers import drivers
from sample_company.truth.movements import Movement, account_movements, movement, new_and_churned, segment_totals, totals
from sample_company.truth.mrr import Timeline

LONG_AGO = instant(2023, 1, 1)
AS_OF = date(2024, 6, 30)
BASIC = Product("prod_basic", "Basic", "plan", LONG_AGO)
PLUS = Product("prod_plus", "Plus", "plan", LONG_AGO)
EXTRA = Product("prod_extra", "Extra", "addon", LONG_AGO)


def price(amount: int | None, unit: str = "month", count: int = 1, currency: str = "USD", product: Product = BASIC, **more) -> Price:
    identity = f"price_{product.id}_{amount}_{unit}{count}_{currency}"
    return Price(identity, product, currency, unit, count, amount, LONG_AGO, **more)


MONTHLY = price(6000)  # 60.00 a month
YEARLY = price(29000, "year")  # 290.00 a year
PLUS_MONTHLY = price(9900, product=PLUS)
SEATS = price(1500)  # 15.00 a seat
GRADUATED = price(None, tiers=(Tier(10, 2000, 5000), Tier(50, 1500, 0), Tier(None, 1200, 10000)), tiers_mode="graduated")
VOLUME = price(None, "year", tiers=(Tier(100, 18000, 100000), Tier(None, 15000, 50000)), tiers_mode="volume")


def noon(month: int, day: int, year: int = 2024) -> datetime:
    """Inside the same day in UTC and in New York."""
    return instant(year, month, day, 17, 0, 0)


def states(*moments: tuple[datetime, dict]) -> list[SubscriptionState]:
    """Subscription states from (instant, what changed)."""
    made = [SubscriptionState(moments[0][0], "active", LONG_AGO, LONG_AGO)]
    made[0] = replace(made[0], **moments[0][1])
    for at, changes in moments[1:]:
        made.append(replace(made[-1], at=at, **changes))
    return made


def sub(name: str, history: list[SubscriptionState], *items: list[ItemState], currency: str = "USD") -> Subscription:
    made = [Item(f"si_{name}_{number}", item) for number, item in enumerate(items, start=1)]
    return Subscription(f"sub_{name}", currency, history[0].at, None, None, history, made)


def account(*subscriptions: Subscription, discounts: tuple[Discount, ...] = (), versions: tuple[CustomerVersion, ...] = ()) -> Account:
    first = CustomerVersion(LONG_AGO, "US", "smb", "USD")
    return Account("cus_1", 1, "One", "one@one.example", LONG_AGO, [first, *versions], list(subscriptions), list(discounts))


def mrr(who: Account, day: date) -> str:
    return text(Timeline(who, AS_OF).at(day).mrr)


def month(who: Account, number: int, year: int = 2024) -> Movement:
    found = [move for move in account_movements(Timeline(who, AS_OF), "month", AS_OF) if move.period_on == date(year, number, 1)]
    assert len(found) == 1
    return found[0]


def kinds(move: Movement) -> dict[str, str]:
    amounts = {kind: getattr(move, kind) for kind in ("new", "reactivation", "expansion", "contraction", "churn")}
    return {kind: text(amount) for kind, amount in amounts.items() if amount}


def causes(move: Movement) -> dict[str, str]:
    return {driver: text(change) for driver, change in drivers(move).items()}


def coupon(duration: str = "forever", percent: str | None = None, amount: int | None = None, currency: str = "USD") -> Coupon:
    return Coupon("C", duration, Fraction(percent) if percent else None, amount, currency if amount else "", None, LONG_AGO)


@pytest.mark.parametrize(
    ("item_price", "quantity", "expected"),
    [
        (MONTHLY, 1, "60.0000"),
        (YEARLY, 1, "24.1667"),  # 290 / 12 = 24.16666...
        (price(8100, "month", 3), 1, "27.0000"),  # 81 / 3
        (price(400, "week"), 1, "17.3333"),  # 4 x 52 / 12
        (price(1790, "week", 2), 1, "38.7833"),  # 17.90 x 52 / 12 / 2 = 38.78333...
        (price(150, "day"), 1, "45.6250"),  # 1.50 x 365 / 12
        (price(3900, "day", 30), 2, "79.0833"),  # 78 x 365 / 12 / 30 = 79.08333...
        (SEATS, 7, "105.0000"),
        (GRADUATED, 10, "250.0000"),  # 10 x 20 + 50
        (GRADUATED, 55, "1010.0000"),  # 250 + 40 x 15 + 5 x 12 + 100
        (VOLUME, 100, "1583.3333"),  # (100 x 180 + 1000) / 12
        (VOLUME, 120, "1541.6667"),  # (120 x 150 + 500) / 12
        (price(2250, currency="JPY"), 3, "45.2250"),  # 6750 yen x 0.0067
        (price(23250, "year", currency="JPY"), 3, "38.9438"),  # 69750 / 12 = 5812.5 yen; x 0.0067 = 38.94375
        (price(4605, currency="KWD"), 2, "29.9325"),  # 9.210 dinar x 3.25
        (price(89030, "year", currency="KWD"), 1, "24.1124"),  # 89.030 / 12 = 7.4192 (rounded); x 3.25 = 24.1124
        (price(1000, currency="EUR"), 1, "10.8000"),
        (price(1000, currency="GBP"), 1, "12.7000"),
        (price(30, metered=True), 100, "0.0000"),
    ],
)
def test_an_item_is_worth_its_period_amount_a_month(item_price: Price, quantity: int, expected: str) -> None:
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), item_price, quantity)], currency=item_price.currency))
    assert mrr(who, date(2024, 1, 4)) == "0.0000"
    assert mrr(who, date(2024, 1, 5)) == expected


def test_a_day_ends_in_the_reporting_time_zone() -> None:
    night = instant(2024, 2, 1, 4, 59, 59)  # 31 January, 23:59:59 in New York
    who = account(sub("a", states((night, {})), [ItemState(night, MONTHLY, 1)]))
    assert mrr(who, date(2024, 1, 31)) == "60.0000"
    later = instant(2024, 2, 1, 5, 0, 0)
    who = account(sub("a", states((later, {})), [ItemState(later, MONTHLY, 1)]))
    assert mrr(who, date(2024, 1, 31)) == "0.0000"


@pytest.mark.parametrize("status", ["trialing", "paused", "unpaid", "incomplete", "incomplete_expired", "canceled"])
def test_only_active_and_past_due_count(status: str) -> None:
    history = states((noon(1, 5), {}), (noon(2, 5), {"status": "past_due"}), (noon(3, 5), {"status": status}))
    who = account(sub("a", history, [ItemState(noon(1, 5), MONTHLY, 1)]))
    assert [mrr(who, date(2024, number, 5)) for number in (1, 2, 3)] == ["60.0000", "60.0000", "0.0000"]


def test_annual_to_monthly_is_expansion_by_price() -> None:
    monthly = price(2900)
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), YEARLY, 1), ItemState(noon(3, 9), monthly, 1)]))
    assert kinds(month(who, 1)) == {"new": "24.1667"}
    assert kinds(month(who, 2)) == {}
    assert kinds(month(who, 3)) == {"expansion": "4.8333"}  # 29 - 24.1667
    assert causes(month(who, 3)) == {"price": "4.8333"}


def test_monthly_to_annual_is_contraction_by_price() -> None:
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), price(2900), 1), ItemState(noon(3, 9), YEARLY, 1)]))
    assert kinds(month(who, 3)) == {"contraction": "4.8333"}
    assert causes(month(who, 3)) == {"price": "-4.8333"}


def test_a_second_subscription_is_expansion() -> None:
    first = sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)])
    second = sub("b", states((noon(2, 5), {})), [ItemState(noon(2, 5), PLUS_MONTHLY, 1)])
    who = account(first, second)
    assert kinds(month(who, 2)) == {"expansion": "99.0000"}
    assert causes(month(who, 2)) == {"added_product": "99.0000"}
    assert Timeline(who, AS_OF).at(date(2024, 2, 29)).plan == "Plus"


def test_leaving_one_of_two_subscriptions_is_contraction() -> None:
    first = sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)])
    history = states((noon(1, 6), {}), (noon(3, 6), {"status": "canceled", "reason": "payment_failed"}))
    who = account(first, sub("b", history, [ItemState(noon(1, 6), PLUS_MONTHLY, 1)]))
    assert kinds(month(who, 3)) == {"contraction": "99.0000"}
    assert causes(month(who, 3)) == {"removed_product": "-99.0000"}


def test_a_downgrade_is_contraction_by_plan_and_moves_between_plans() -> None:
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), PLUS_MONTHLY, 1), ItemState(noon(2, 9), MONTHLY, 1)]))
    assert kinds(month(who, 2)) == {"contraction": "39.0000"}  # 99 - 60
    assert causes(month(who, 2)) == {"plan": "-39.0000"}
    table = segment_totals([Timeline(who, AS_OF)], "month", AS_OF)
    left, entered = table[date(2024, 2, 1), "plan", "Plus"], table[date(2024, 2, 1), "plan", "Basic"]
    assert (text(left.opening), text(left.transfer_out), text(left.closing), left.opening_accounts) == ("99.0000", "99.0000", "0.0000", 1)
    assert (text(entered.transfer_in), text(entered.contraction), text(entered.closing)) == ("99.0000", "39.0000", "60.0000")
    assert (entered.opening, entered.opening_accounts, entered.closing_accounts) == (0, 0, 1)


def test_a_pause_is_voluntary_churn_and_the_return_a_reactivation() -> None:
    history = states((noon(1, 5), {}), (noon(2, 20), {"pause_collection": "void"}), (noon(4, 2), {"pause_collection": ""}))
    who = account(sub("a", history, [ItemState(noon(1, 5), MONTHLY, 1)]))
    assert kinds(month(who, 2)) == {"churn": "60.0000"}
    assert month(who, 2).churn_reason == "voluntary"
    assert kinds(month(who, 4)) == {"reactivation": "60.0000"}


@pytest.mark.parametrize(
    ("left", "reason"),
    [
        ({"status": "canceled", "reason": "cancellation_requested"}, "voluntary"),
        ({"status": "canceled", "reason": "payment_failed"}, "involuntary"),
        ({"status": "unpaid"}, "involuntary"),
        ({"status": "paused"}, "voluntary"),
    ],
)
def test_churn_is_dated_at_the_end_of_service_with_its_reason(left: dict, reason: str) -> None:
    asked = (noon(2, 1), {"cancel_at_period_end": True, "canceled_at": noon(2, 1)})
    who = account(sub("a", states((noon(1, 5), {}), asked, (noon(3, 5), left)), [ItemState(noon(1, 5), MONTHLY, 1)]))
    assert kinds(month(who, 2)) == {}
    assert kinds(month(who, 3)) == {"churn": "60.0000"}
    assert month(who, 3).churn_reason == reason


def test_a_downgrade_to_a_free_plan_is_voluntary_churn_and_leaves_a_free_account() -> None:
    free = price(0, product=Product("prod_free", "Free", "plan", LONG_AGO))
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1), ItemState(noon(2, 5), free, 1)]))
    assert (kinds(month(who, 2)), month(who, 2).churn_reason) == ({"churn": "60.0000"}, "voluntary")
    assert totals([Timeline(who, AS_OF)], "month", AS_OF)[date(2024, 2, 1)].free_accounts == 1
    # A day of nothing keeps the attributes of the last paid day.
    assert Timeline(who, AS_OF).at(date(2024, 2, 29)).plan == "Basic"


def test_a_discount_ends_as_expansion_by_discount() -> None:
    off = Discount("di_1", coupon("repeating", "20"), "cus_1", "sub_a", noon(1, 5), noon(3, 5))
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)]), discounts=(off,))
    assert kinds(month(who, 1)) == {"new": "48.0000"}  # 60 less 20 %
    assert mrr(who, date(2024, 3, 4)) == "48.0000"
    assert mrr(who, date(2024, 3, 5)) == "60.0000"
    assert kinds(month(who, 3)) == {"expansion": "12.0000"}
    assert causes(month(who, 3)) == {"discount": "12.0000"}


def test_a_change_under_a_discount_is_told_gross_and_the_discount_apart() -> None:
    off = Discount("di_1", coupon(percent="33.3333"), "cus_1", "", noon(1, 5), None)
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), SEATS, 4), ItemState(noon(2, 5), SEATS, 7)]), discounts=(off,))
    # 60 x 0.666667 = 40.00002 -> 40.0000; 105 x 0.666667 = 70.000035 -> 70.0000
    assert (mrr(who, date(2024, 1, 5)), mrr(who, date(2024, 2, 5))) == ("40.0000", "70.0000")
    assert causes(month(who, 2)) == {"seats": "45.0000", "discount": "-15.0000"}


def test_an_amount_off_is_taken_item_by_item_until_used_up() -> None:
    off = Discount("di_1", coupon(amount=7500), "cus_1", "sub_a", noon(1, 5), None)
    items = ([ItemState(noon(1, 5), MONTHLY, 1)], [ItemState(noon(1, 5), price(4000, product=EXTRA), 1)])
    who = account(sub("a", states((noon(1, 5), {})), *items), discounts=(off,))
    day = Timeline(who, AS_OF).at(date(2024, 1, 5))
    # 75 off: 60 of the first item, 15 of the second, which keeps 25.
    assert {item_id: text(value.net) for item_id, value in day.items.items()} == {"si_a_1": "0.0000", "si_a_2": "25.0000"}


def test_an_amount_off_is_per_billing_period() -> None:
    off = Discount("di_1", coupon(amount=5000), "cus_1", "", noon(1, 5), None)
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), YEARLY, 1)]), discounts=(off,))
    assert mrr(who, date(2024, 1, 5)) == "20.0000"  # (290 - 50) / 12


@pytest.mark.parametrize(
    ("discount_coupon", "expected"),
    [(coupon("once", "50"), "60.0000"), (coupon(amount=500, currency="EUR"), "60.0000"), (coupon(amount=9900), "0.0000")],
)
def test_once_and_foreign_amounts_change_nothing_and_nothing_falls_below_0(discount_coupon: Coupon, expected: str) -> None:
    off = Discount("di_1", discount_coupon, "cus_1", "", noon(1, 5), None)
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)]), discounts=(off,))
    assert mrr(who, date(2024, 1, 5)) == expected


def test_the_subscriptions_own_discount_goes_before_the_customers() -> None:
    whole = Discount("di_1", coupon(percent="10"), "cus_1", "", noon(1, 5), None)
    own = Discount("di_2", coupon("repeating", "50"), "cus_1", "sub_a", noon(2, 5), noon(3, 5))
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)]), discounts=(whole, own))
    assert [mrr(who, date(2024, number, 5)) for number in (1, 2, 3)] == ["54.0000", "30.0000", "54.0000"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((GRADUATED, 8), (GRADUATED, 9), {"seats": "20.0000"}),
        ((GRADUATED, 10), (GRADUATED, 12), {"usage_tier": "30.0000"}),  # 2 x 15
        ((VOLUME, 100), (VOLUME, 120), {"usage_tier": "-41.6666"}),  # 1541.6667 - 1583.3333
        ((SEATS, 4), (SEATS, 3), {"seats": "-15.0000"}),
        ((SEATS, 4), (price(1700), 4), {"price": "8.0000"}),
        ((SEATS, 4), (PLUS_MONTHLY, 2), {"plan": "138.0000"}),  # 198 - 60
    ],
)
def test_an_items_change_has_one_driver(before: tuple, after: tuple, expected: dict) -> None:
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), *before), ItemState(noon(2, 5), *after)]))
    assert causes(month(who, 2)) == expected


def test_an_addon_comes_and_goes() -> None:
    addon = price(4900, product=EXTRA)
    items = ([ItemState(noon(1, 5), MONTHLY, 1)], [ItemState(noon(2, 5), addon, 1), ItemState(noon(4, 5), addon, 1, deleted=True)])
    who = account(sub("a", states((noon(1, 5), {})), *items))
    assert causes(month(who, 2)) == {"added_product": "49.0000"}
    assert causes(month(who, 4)) == {"removed_product": "-49.0000"}
    assert Timeline(who, AS_OF).at(date(2024, 2, 29)).plan == "Basic"


def test_joining_and_leaving_inside_a_month_moves_nothing_but_is_listed() -> None:
    history = states((noon(2, 3), {}), (noon(2, 20), {"status": "canceled"}))
    who = account(sub("a", history, [ItemState(noon(2, 3), MONTHLY, 1)]))
    timeline = Timeline(who, AS_OF)
    assert [move for move in account_movements(timeline, "month", AS_OF) if kinds(move)] == []
    assert new_and_churned([timeline], AS_OF) == [("cus_1", date(2024, 2, 1), 600_000, False)]
    assert [kinds(move) for move in account_movements(timeline, "day", AS_OF) if kinds(move)] == [{"new": "60.0000"}, {"churn": "60.0000"}]


def test_coming_back_is_a_reactivation_not_a_new_account() -> None:
    first = sub("a", states((noon(1, 5), {}), (noon(2, 5), {"status": "canceled"})), [ItemState(noon(1, 5), MONTHLY, 1)])
    second = sub("b", states((noon(4, 5), {})), [ItemState(noon(4, 5), PLUS_MONTHLY, 1)])
    who = account(first, second)
    assert [kinds(month(who, number)) for number in (1, 2, 4)] == [{"new": "60.0000"}, {"churn": "60.0000"}, {"reactivation": "99.0000"}]
    # Over the quarter January to March it came and went; in the next it came back.
    quarters = {move.period_on: kinds(move) for move in account_movements(Timeline(who, AS_OF), "quarter", AS_OF)}
    assert quarters == {date(2024, 4, 1): {"reactivation": "99.0000"}}


def test_a_new_account_in_another_currency_converts_at_the_reference_rate_and_moves_between_currencies() -> None:
    history = states((noon(1, 5), {}), (noon(2, 5), {"status": "canceled"}))
    old = sub("a", history, [ItemState(noon(1, 5), price(1000, currency="GBP"), 1)], currency="GBP")
    new = sub("b", states((noon(2, 5), {})), [ItemState(noon(2, 5), price(1000, currency="EUR"), 1)], currency="EUR")
    who = account(old, new)
    assert kinds(month(who, 2)) == {"contraction": "1.9000"}  # 12.70 - 10.80
    table = segment_totals([Timeline(who, AS_OF)], "month", AS_OF)
    assert text(table[date(2024, 2, 1), "currency", "GBP"].transfer_out) == "12.7000"
    assert text(table[date(2024, 2, 1), "currency", "EUR"].transfer_in) == "12.7000"


def test_a_move_to_another_country_is_a_transfer_and_no_movement() -> None:
    moved = CustomerVersion(noon(2, 9), "IE", "mid_market", "USD")
    who = account(sub("a", states((noon(1, 5), {})), [ItemState(noon(1, 5), MONTHLY, 1)]), versions=(moved,))
    assert kinds(month(who, 2)) == {}
    table = segment_totals([Timeline(who, AS_OF)], "month", AS_OF)
    for kind, old, new in (("country", "US", "IE"), ("customer_segment", "smb", "mid_market")):
        assert text(table[date(2024, 2, 1), kind, old].transfer_out) == "60.0000"
        assert text(table[date(2024, 2, 1), kind, new].transfer_in) == "60.0000"
        assert table[date(2024, 2, 1), kind, old].closing == 0
    assert text(table[date(2024, 2, 1), "acquisition_month", "2024-01"].closing) == "60.0000"


def test_retention_counts_only_who_paid_at_the_start_and_caps_for_grr() -> None:
    def one(name: str, began: datetime, *changes: ItemState, gone: datetime | None = None) -> Timeline:
        moments = [(began, {})] + ([(gone, {"status": "canceled"})] if gone else [])
        who = account(sub(name, states(*moments), list(changes)))
        return Timeline(replace(who, id=name), AS_OF)

    timelines = [
        one("grows", noon(1, 5), ItemState(noon(1, 5), SEATS, 4), ItemState(noon(2, 5), SEATS, 6)),  # 60 -> 90
        one("shrinks", noon(1, 5), ItemState(noon(1, 5), SEATS, 4), ItemState(noon(2, 5), SEATS, 3)),  # 60 -> 45
        one("leaves", noon(1, 5), ItemState(noon(1, 5), SEATS, 4), gone=noon(2, 8)),  # 60 -> 0
        one("joins", noon(2, 7), ItemState(noon(2, 7), SEATS, 10)),  # 0 -> 150
    ]
    row = totals(timelines, "month", AS_OF)[date(2024, 2, 1)]
    assert (text(row.opening), text(row.retained), text(row.retained_capped)) == ("180.0000", "135.0000", "105.0000")
    assert (row.opening_accounts, row.churned_accounts, row.new_accounts, row.closing_accounts) == (3, 1, 1, 3)
    assert text(row.closing) == "285.0000"
    daily = totals(timelines, "day", AS_OF)
    assert text(daily[date(2024, 2, 29)].closing) == "285.0000"
    assert (text(daily[date(2024, 2, 8)].opening), text(daily[date(2024, 2, 8)].churn)) == ("345.0000", "60.0000")  # 90 + 45 + 60 + 150


def test_trailing_twelve_months_compare_with_a_year_ago() -> None:
    items = [ItemState(noon(8, 5, 2023), SEATS, 4), ItemState(noon(2, 5), SEATS, 5)]
    timeline = Timeline(account(sub("a", states((noon(8, 5, 2023), {})), items)), date(2024, 8, 31))
    found = {move.period_on: move for move in account_movements(timeline, "trailing_12m", date(2024, 8, 31))}
    assert kinds(found[date(2024, 7, 1)]) == {"new": "75.0000"}  # August 2023 to July 2024: not paying at the end of July 2023
    assert kinds(found[date(2024, 8, 1)]) == {"expansion": "15.0000"}  # 60 at the end of August 2023, 75 now


def test_nothing_after_as_of_is_known_and_the_running_period_ends_there() -> None:
    items = [ItemState(noon(1, 5), SEATS, 4), ItemState(noon(3, 20), SEATS, 6)]
    timeline = Timeline(account(sub("a", states((noon(1, 5), {})), items)), date(2024, 3, 10))
    assert text(timeline.at(date(2024, 3, 31)).mrr) == "60.0000"
    running = movement(timeline, date(2024, 3, 1), date(2024, 3, 1), date(2024, 3, 31), date(2024, 3, 10))
    assert (kinds(running), running.period_ends_on) == ({}, date(2024, 3, 31))


def test_trials_convert_within_thirty_days_and_ripen_after_them() -> None:
    def trial(name: str, pays: datetime | None, ends: datetime) -> Timeline:
        moments = [(noon(5, 1), {"status": "trialing"})] + ([(pays, {"status": "active"})] if pays else [])
        made = sub(name, states(*moments), [ItemState(noon(5, 1), MONTHLY, 1)])
        made.trial_start, made.trial_end = noon(5, 1), ends
        return Timeline(account(made), AS_OF)

    rows = trials([trial("a", noon(5, 15), noon(5, 15)), trial("b", noon(6, 15), noon(5, 15)), trial("c", None, noon(6, 1))], AS_OF)
    # b paid 31 days after the end; c's 30 days are over on 1 July.
    assert [(row.converted, row.mature, row.first_paid_on) for row in rows] == [
        (True, True, date(2024, 5, 15)),
        (False, True, date(2024, 6, 15)),
        (False, False, None),
    ]
