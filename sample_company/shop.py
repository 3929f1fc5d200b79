"""The shop beside the software: shoppers, what they order, and what they send back.

Belongs here: one life per shopper with its own generator of random numbers, so that scale adds shoppers and changes none.
Amounts are minor units of the order's currency.
Does not belong here: the export's columns (`exports`), the totals (`truth.orders`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from sample_company.life import BEGIN, CURRENCY_OF, END
from sample_company.money import round_half_away

_PER_CENT = {"USD": Fraction(1), "EUR": Fraction(97, 100), "GBP": Fraction(83, 100), "JPY": Fraction(149, 100), "KWD": Fraction(311, 100)}
_GOODS = (
    ("MUG-001", "Mug, speckled", 1495),
    ("TEE-0S", "T-shirt, S", 2450),
    ("TEE-0M", "T-shirt, M", 2450),
    ("TEE-0L", "T-shirt, L", 2450),
    ("HOOD-01", 'Hoodie "Night shift"', 5900),
    ("CAP-007", "Cap", 1990),
    ("STK-100", "Stickers, 12", 495),
    ("BAG-02", "Tote bag", 1750),
    ("NTB-A5", "Notebook, A5, dotted", 1290),
    ("PEN-03", "Pen", 350),
    ("BOOK-1", "Handbook, 2nd edition", 3999),
    ("CARD-50", "Gift card", 5000),
)
_COUNTRIES = ("US",) * 9 + ("CA", "GB", "GB", "DE", "FR", "IE", "JP", "KW")
_TAX_PERCENT = {"US": 7, "CA": 13, "GB": 20, "DE": 19, "FR": 20, "NL": 21, "IE": 23, "JP": 10, "KW": 0}
_SHIPPING = {"USD": 695, "EUR": 650, "GBP": 495, "JPY": 900, "KWD": 2250}
_REASONS = ("Damaged", "Wrong size", "Changed mind", "Lost in post", "")
GUEST_EVERY = 11


@dataclass(frozen=True)
class OrderLine:
    id: str
    sku: str
    title: str
    quantity: int
    price: int
    discount: int

    @property
    def amount(self) -> int:
        return self.quantity * self.price - self.discount


@dataclass(frozen=True)
class OrderRefund:
    id: str
    amount: int
    reason: str
    at: datetime


@dataclass
class Order:
    """An order; `statuses` are (instant, financial status), the first when it was placed."""

    id: str
    name: str
    shopper_id: str  # empty for a guest
    currency: str
    country: str
    placed: datetime
    lines: list[OrderLine]
    shipping: int
    tax: int
    statuses: list[tuple[datetime, str]]
    cancelled: datetime | None = None
    refunds: list[OrderRefund] = field(default_factory=list)

    @property
    def subtotal(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping + self.tax


@dataclass
class Shopper:
    """One shopper. A guest has orders and no customer record."""

    id: str
    number: int
    is_guest: bool
    created: datetime
    countries: list[tuple[datetime, str]]
    orders: list[Order]


def shop(number: int, seed: int) -> Shopper:
    """Everything that shopper `number` (from 1) ever does."""
    rng = Random(f"{seed}/shopper/{number}")
    country = rng.choice(_COUNTRIES)
    is_guest = number % GUEST_EVERY == 0
    at = (BEGIN + (END - BEGIN) * rng.random()).replace(microsecond=0)
    shopper = Shopper(f"{number:08d}", number, is_guest, at, [(at, country)], [])
    wanted = 1
    while not is_guest and wanted < 12 and rng.random() < 0.55:
        wanted += 1
    for _ in range(wanted):
        if at >= END:
            break
        shopper.orders.append(_order(shopper, rng, at))
        at += timedelta(seconds=rng.randint(2 * 86_400, 200 * 86_400))
        if not is_guest and rng.random() < 0.03:
            shopper.countries.append((at - timedelta(hours=1), rng.choice(_COUNTRIES)))
    return shopper


def _order(shopper: Shopper, rng: Random, at: datetime) -> Order:
    country = shopper.countries[-1][1]
    currency = CURRENCY_OF[country]
    order_id = f"{shopper.number:08d}{len(shopper.orders) + 1:03d}"
    lines = []
    for position, (sku, title, cents) in enumerate(rng.sample(_GOODS, rng.choice((1, 1, 2, 2, 3, 4))), start=1):
        price = int(cents * _PER_CENT[currency])
        quantity = rng.choice((1, 1, 1, 2, 3, 10))
        discount = price * quantity * rng.choice((0, 0, 0, 0, 10, 15, 33)) // 100
        lines.append(OrderLine(f"{order_id}{position:02d}", sku, title, quantity, price, discount))
    subtotal = sum(line.amount for line in lines)
    shipping = 0 if subtotal > 8 * _SHIPPING[currency] else _SHIPPING[currency]
    tax = round_half_away(Fraction(subtotal * _TAX_PERCENT[country], 100))
    guest = "" if shopper.is_guest else shopper.id
    order = Order(order_id, f"#{shopper.number}-{len(shopper.orders) + 1}", guest, currency, country, at, lines, shipping, tax, [])
    _follow(order, rng)
    return order


def _follow(order: Order, rng: Random) -> None:
    """What becomes of an order: mostly paid at once; some refunded in part or whole, cancelled before capture, or left pending."""
    at, roll = order.placed, rng.random()
    if roll < 0.03:
        order.cancelled = at + timedelta(seconds=rng.randint(600, 200_000))
        order.statuses += [(at, "authorized"), (order.cancelled, "voided")]
        return
    if roll < 0.04:
        order.statuses.append((at, "pending"))
        return
    if roll < 0.10:
        order.statuses += [(at, "pending"), (at + timedelta(seconds=rng.randint(60, 90_000)), "paid")]
    else:
        order.statuses.append((at, "paid"))
    if rng.random() >= 0.07:
        return
    later = order.statuses[-1][0] + timedelta(seconds=rng.randint(86_400, 35 * 86_400))
    if rng.random() < 0.4:
        order.refunds.append(OrderRefund(f"{order.id}-1", order.total, rng.choice(_REASONS), later))
        order.statuses.append((later, "refunded"))
        return
    order.refunds.append(OrderRefund(f"{order.id}-1", order.lines[0].amount or 1, rng.choice(_REASONS), later))
    order.statuses.append((later, "partially_refunded"))
