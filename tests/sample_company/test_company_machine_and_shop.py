"""Bills, calendar steps, prices and orders worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from sample_company.billing import Ledger
from sample_company.catalogue import PRICES, period_amount, price_of, tier_number
from sample_company.clock import add_interval, day_begins, instant, local_day, periods, shop_time
from sample_company.machine import Machine
from sample_company.money import major_text, minor_to_reporting, ratio_text, round_half_away, text
from sample_company.shop import Order, OrderLine, OrderRefund, Shopper
from sample_company.states import Account, Charge, Coupon, CustomerVersion, Discount, Dispute, Invoice, Refund, Subscription
from sample_company.truth.cash import charge_months, collection_months
from sample_company.truth.orders import order_facts, order_months

BEGAN = instant(2024, 1, 31, 12, 0, 0)


class Lucky(Random):
    """A generator whose every chance fails to happen and whose every delay is the shortest."""

    def random(self) -> float:
        return 0.999

    def randint(self, a: int, b: int) -> int:
        return a


def begin(product: str = "team", quantity: int = 10, interval: str = "month", country: str = "GB", currency: str = "GBP", **options):
    account = Account("cus_1", 1, "One", "one@one.example", BEGAN, [CustomerVersion(BEGAN, country, "smb", currency)])
    record = Subscription("sub_000001_01", currency, BEGAN)
    account.subscriptions.append(record)
    if "coupon" in options:
        account.discounts.append(Discount("di_1", options["coupon"], account.id, record.id, BEGAN, None))
    machine = Machine(record, Ledger(account, Lucky()), Lucky(), interval)
    trial_days, first_payment = options.get("trial_days", 0), options.get("first_payment", "")
    machine.start(BEGAN, [(price_of(product, interval, currency), quantity)], trial_days, first_payment)
    return account, machine


def amounts(invoice: Invoice) -> list[int]:
    return [line.amount for line in invoice.lines]


def test_periods_keep_their_anchor_day_through_short_months() -> None:
    _, machine = begin()
    ends = []
    for _ in range(4):
        ends.append(machine.state.period_end.date())
        machine.act()
    assert ends == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30), date(2024, 5, 31)]


def test_a_bill_has_lines_tax_and_a_payment() -> None:
    account, _ = begin()  # ten seats at 15.00 x 0.79 = 11.85 pounds
    (invoice,) = account.invoices
    assert (amounts(invoice), invoice.subtotal, invoice.tax, invoice.due) == ([11850], 11850, 2370, 14220)
    assert [version.status for version in invoice.versions] == ["open", "paid"]
    assert [(charge.amount, charge.status) for charge in account.charges] == [(14220, "succeeded")]


def test_more_seats_in_the_middle_of_a_period_are_prorated_on_the_next_bill() -> None:
    account, machine = begin(interval="week", product="team", quantity=10)  # 3.16 pounds a seat and week
    machine.change_quantity(BEGAN + timedelta(days=3, hours=12), 14)
    machine.act()
    credit, rest, full = amounts(account.invoices[1])
    assert (credit, rest, full) == (-1580, 2212, 4424)  # half of 31.60 back, half of 44.24, then 44.24
    assert [line.proration for line in account.invoices[1].lines] == [True, True, False]


def test_a_change_of_interval_credits_the_rest_and_begins_a_new_period() -> None:
    account, machine = begin("starter", 1, currency="USD", country="KW")
    now = BEGAN + timedelta(days=14, hours=12)  # half of the 29 days to 29 February
    machine.change_interval(now, "year")
    assert amounts(account.invoices[1]) == [-1450, 29000]
    assert machine.state.period_end == instant(2025, 2, 15, 0, 0, 0)


def test_credit_that_is_left_over_pays_later_bills() -> None:
    account, machine = begin("starter", 1, "year", currency="USD", country="KW")
    machine.change_interval(BEGAN + timedelta(days=183), "month")  # half of 366 days: 145.00 back, 29.00 due
    first = account.invoices[1]
    assert (first.subtotal, first.due, first.versions[-1].status) == (-11600, 0, "paid")
    for _ in range(4):
        machine.act()
    assert [invoice.due for invoice in account.invoices[2:]] == [0, 0, 0, 0]  # 4 x 29.00 = 116.00
    machine.act()
    assert account.invoices[-1].due == 2900


@pytest.mark.parametrize(
    ("coupon", "subtotals"),
    [
        (Coupon("C", "forever", Fraction(20), None, "", None, BEGAN), [2320, 2320]),
        (Coupon("C", "once", Fraction(50), None, "", None, BEGAN), [1450, 2900]),
        (Coupon("C", "forever", None, 500, "USD", None, BEGAN), [2400, 2400]),
        (Coupon("C", "forever", None, 500, "EUR", None, BEGAN), [2900, 2900]),
    ],
)
def test_bills_are_net_of_discounts(coupon: Coupon, subtotals: list[int]) -> None:
    account, machine = begin("starter", 1, currency="USD", coupon=coupon)
    machine.act()
    assert [invoice.subtotal for invoice in account.invoices] == subtotals


@pytest.mark.parametrize(
    ("fate", "statuses", "invoice_status", "attempts"),
    [
        ("recover", ["active", "past_due", "active"], "paid", 2),
        ("lose", ["active", "past_due", "canceled"], "uncollectible", 4),
        ("unpaid", ["active", "past_due", "unpaid", "canceled"], "uncollectible", 4),
    ],
)
def test_dunning_ends_in_payment_or_in_the_end(fate: str, statuses: list[str], invoice_status: str, attempts: int) -> None:
    account, machine = begin()
    machine.next_payment = fate
    machine.act()
    while machine.due is not None and len(account.invoices) == 2 and machine.state.status in ("past_due", "unpaid"):
        machine.act()
    assert list(dict.fromkeys(state.status for state in machine.record.states[1:])) == list(dict.fromkeys(statuses))
    assert machine.state.status == statuses[-1]
    assert machine.state.reason == ("payment_failed" if statuses[-1] == "canceled" else "")
    last = account.invoices[1].versions[-1]
    assert (last.status, last.attempts) == (invoice_status, attempts)


def test_a_trial_is_not_billed_until_it_ends() -> None:
    account, machine = begin(trial_days=14)
    assert (machine.state.status, account.invoices) == ("trialing", [])
    machine.act()
    assert (machine.state.status, machine.state.at, len(account.invoices)) == ("active", BEGAN + timedelta(days=14), 1)


def test_a_cancelled_trial_ends_unpaid() -> None:
    account, machine = begin(trial_days=14)
    machine.cancel_at_period_end(BEGAN + timedelta(days=2))
    machine.act()
    assert (machine.state.status, machine.state.ended_at, account.invoices) == ("canceled", BEGAN + timedelta(days=14), [])


def test_a_first_payment_that_fails_expires() -> None:
    account, machine = begin(first_payment="fail")
    assert [state.status for state in machine.record.states] == ["incomplete", "incomplete_expired"]
    assert account.invoices[0].versions[-1].status == "void"


def test_cancelling_at_period_end_serves_until_then() -> None:
    account, machine = begin()
    machine.cancel_at_period_end(BEGAN + timedelta(days=2))
    assert machine.state.counts
    machine.act()
    assert (machine.state.status, machine.state.at.date(), len(account.invoices)) == ("canceled", date(2024, 2, 29), 1)
    assert machine.state.canceled_at == BEGAN + timedelta(days=2)


def test_while_collection_is_paused_bills_are_held() -> None:
    account, machine = begin()
    machine.pause_collection(BEGAN + timedelta(days=2), "void")
    machine.act()
    assert not machine.state.counts
    assert (account.invoices[1].versions[-1].status, len(account.charges)) == ("void", 1)


def test_a_pause_stops_the_clock_until_it_is_resumed() -> None:
    account, machine = begin()
    machine.pause(BEGAN + timedelta(days=2))
    assert machine.due is None
    machine.resume(BEGAN + timedelta(days=90))
    assert (machine.state.status, machine.state.period_start, len(account.invoices)) == ("active", BEGAN + timedelta(days=90), 2)


@pytest.mark.parametrize(
    ("price_id", "quantity", "expected", "tier"),
    [
        ("price_business_month_usd_v1", 10, 25000, 1),  # 10 x 20 + 50
        ("price_business_month_usd_v1", 11, 26500, 2),
        ("price_business_month_usd_v1", 201, 275_900, 4),  # 250 + 40 x 15 + 150 x 12 + 100 + 1 x 9
        ("price_enterprise_year_usd_v1", 100, 1_900_000, 1),
        ("price_enterprise_year_usd_v1", 101, 1_615_000, 2),  # 101 x 150 + 1000
        ("price_team_month_kwd_v1", 2, 9210, 0),
        ("price_team_month_jpy_v1", 2, 4500, 0),
    ],
)
def test_a_period_costs(price_id: str, quantity: int, expected: int, tier: int) -> None:
    price = PRICES[price_id]
    assert (period_amount(price, quantity), tier_number(price, quantity)) == (expected, tier)


def test_days_and_periods_are_those_of_new_york() -> None:
    assert local_day(instant(2024, 7, 1, 3, 59, 59)) == date(2024, 6, 30)
    assert local_day(instant(2024, 7, 1, 4, 0, 0)) == date(2024, 7, 1)
    assert day_begins(date(2024, 1, 1)).replace(tzinfo=UTC) == datetime(2024, 1, 1, 5, tzinfo=UTC)
    assert shop_time(instant(2024, 11, 3, 5, 30)) == "2024-11-03 01:30:00 -0400"
    assert shop_time(instant(2024, 11, 3, 6, 30)) == "2024-11-03 01:30:00 -0500"
    assert add_interval(instant(2024, 2, 29), "year", 1, 29) == instant(2025, 2, 28)
    weeks = list(periods("week", date(2023, 7, 10)))
    assert [week[0] for week in weeks] == [date(2023, 6, 26), date(2023, 7, 3), date(2023, 7, 10)]
    assert next(periods("trailing_12m", date(2024, 7, 1))) == (date(2024, 6, 1), date(2023, 7, 1), date(2024, 6, 30))


def test_money_is_rounded_half_away_from_zero() -> None:
    assert [round_half_away(Fraction(n, 2)) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert (text(-5), text(123_456)) == ("-0.0005", "12.3456")
    assert [major_text(1205, currency) for currency in ("USD", "JPY", "KWD")] == ["12.05", "1205", "1.205"]
    assert [minor_to_reporting(1000, currency) for currency in ("USD", "JPY", "KWD")] == [100_000, 67_000, 32_500]
    assert (ratio_text(2, 3), ratio_text(1, 0)) == ("0.6666666667", "")


def order(number: int, placed: datetime, price: int, *statuses: tuple[datetime, str], shopper: str = "1", currency: str = "USD") -> Order:
    lines = [OrderLine(f"{number}01", "A", "A", 2, price, 100)]
    made = Order(str(number), f"#{number}", shopper, currency, "US", placed, lines, 500, 70, [(placed, "paid"), *statuses])
    return made


def test_orders_revenue_repeats_and_refunds() -> None:
    first = order(1, instant(2024, 2, 1, 3), 1000)  # 31 January in New York: 20.00 less 1.00
    second = order(2, instant(2024, 2, 5, 12), 2000, (instant(2024, 3, 2, 12), "partially_refunded"))  # 39.00
    second.refunds.append(OrderRefund("r", 900, "", instant(2024, 3, 2, 12)))
    gone = order(3, instant(2024, 2, 6, 12), 3000, (instant(2024, 2, 7, 12), "voided"))
    gone.cancelled = instant(2024, 2, 7, 12)
    guest = order(4, instant(2024, 2, 8, 12), 500, shopper="")  # 9.00
    shoppers = [
        Shopper("1", 1, False, instant(2024, 2, 1), [], [first, second, gone]),
        Shopper("2", 2, True, instant(2024, 2, 8), [], [guest]),
    ]
    months = order_months(shoppers, date(2024, 6, 30))
    january, february, march = (months[date(2024, month, 1)] for month in (1, 2, 3))
    assert (january.orders, text(january.revenue), text(january.total)) == (1, "19.0000", "24.7000")
    assert (february.orders, text(february.revenue), february.customers) == (2, "48.0000", 1)
    assert (february.repeat_orders, february.repeat_customers) == (1, 1)
    assert (text(february.refunded), february.refunded_orders) == ("9.0000", 1)
    assert (march.orders, text(march.refunded_in_month)) == (0, "9.0000")
    statuses = {fact.order_id: (fact.status, fact.customer_order_number) for fact in order_facts(shoppers, date(2024, 6, 30))}
    assert statuses == {"1": ("paid", 1), "2": ("partially_refunded", 2), "3": ("cancelled", 0), "4": ("paid", 0)}
    # On the sixth nobody knew of the cancellation or the refund.
    early = {fact.order_id: fact.status for fact in order_facts(shoppers, date(2024, 2, 6))}
    assert early == {"1": "paid", "2": "paid", "3": "paid"}


def test_refunds_and_disputes_go_to_the_month_of_the_charge_and_dunning_to_the_first_failure() -> None:
    who = Account("cus_1", 1, "One", "one@one.example", BEGAN)
    bad = Charge("ch_1", "in_1", "USD", 5000, "failed", "card_declined", instant(2024, 1, 30, 17))
    good = Charge("ch_2", "in_1", "USD", 5000, "succeeded", "", instant(2024, 2, 2, 17))
    yen = Charge("ch_3", "in_2", "JPY", 1000, "succeeded", "", instant(2024, 2, 3, 17))
    lost = Charge("ch_4", "in_3", "KWD", 1000, "failed", "expired_card", instant(2024, 2, 4, 17))
    who.charges = [bad, good, yen, lost]
    who.refunds = [
        Refund("re_1", good, 1000, "", "succeeded", instant(2024, 3, 3, 17)),
        Refund("re_2", good, 4000, "", "failed", instant(2024, 3, 4, 17)),
    ]
    who.disputes = [Dispute("dp_1", yen, 1000, "", ((instant(2024, 4, 1, 17), "needs_response"),))]
    months = charge_months([who], date(2024, 6, 30))
    assert list(months) == [date(2024, 2, 1)]
    row = months[date(2024, 2, 1)]
    assert (text(row.charged), row.charges) == ("56.7000", 2)  # 50 + 1000 yen x 0.0067
    assert (text(row.refunded), row.refunded_charges, text(row.disputed), row.disputed_charges) == ("10.0000", 1, "6.7000", 1)
    collected = collection_months([who], date(2024, 6, 30))
    january, february = collected[date(2024, 1, 1)], collected[date(2024, 2, 1)]
    assert (text(january.failed), text(january.recovered), january.recovered_invoices) == ("50.0000", "50.0000", 1)
    assert (text(february.failed), text(february.recovered), february.failed_invoices) == ("3.2500", "0.0000", 1)
