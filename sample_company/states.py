"""What the simulation remembers: histories of states, from which both the exports and the truth are made.

Belongs here: plain records. Instants are naive UTC datetimes to the second; amounts are integers of minor units.
Does not belong here: rules. How states come about is in `machine`; what they are worth is in `truth`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True)
class Product:
    id: str
    name: str
    kind: str  # plan or addon
    created: datetime


@dataclass(frozen=True)
class Tier:
    up_to: int | None
    unit_amount: int
    flat_amount: int


@dataclass(frozen=True)
class Price:
    """A price as sold; never changed once made. Amounts are minor units per interval."""

    id: str
    product: Product
    currency: str
    unit: str  # day, week, month, year; empty for a one-off
    count: int
    unit_amount: int | None
    created: datetime
    tiers: tuple[Tier, ...] = ()
    tiers_mode: str = ""  # graduated or volume
    metered: bool = False
    generation: int = 1
    retired: datetime | None = None

    @property
    def is_recurring(self) -> bool:
        return bool(self.unit)

    @property
    def is_licensed(self) -> bool:
        return self.is_recurring and not self.metered


@dataclass(frozen=True)
class Coupon:
    id: str
    duration: str  # forever, repeating, once
    percent_off: Fraction | None
    amount_off: int | None
    currency: str
    months: int | None
    created: datetime


@dataclass
class Discount:
    id: str
    coupon: Coupon
    account_id: str
    subscription_id: str  # empty: the whole customer
    start: datetime
    end: datetime | None
    ended_early_at: datetime | None = None  # when `end` was set, for a discount that was not born with it


@dataclass(frozen=True)
class SubscriptionState:
    at: datetime
    status: str
    period_start: datetime
    period_end: datetime
    pause_collection: str = ""
    cancel_at_period_end: bool = False
    canceled_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""  # cancellation_requested, payment_failed, payment_disputed

    @property
    def counts(self) -> bool:
        """Paid service is in force: the rule of recurring revenue."""
        return self.status in ("active", "past_due") and not self.pause_collection


@dataclass(frozen=True)
class ItemState:
    at: datetime
    price: Price
    quantity: int | None
    deleted: bool = False


@dataclass
class Item:
    id: str
    states: list[ItemState] = field(default_factory=list)


@dataclass
class Subscription:
    id: str
    currency: str
    created: datetime
    trial_start: datetime | None = None
    trial_end: datetime | None = None
    states: list[SubscriptionState] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class CustomerVersion:
    at: datetime
    country: str
    segment: str
    currency: str
    delinquent: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class InvoiceVersion:
    at: datetime
    status: str
    amount_paid: int
    attempts: int
    paid_at: datetime | None


@dataclass(frozen=True)
class Line:
    id: str
    subscription_id: str
    item_id: str
    price_id: str
    kind: str  # subscription or invoiceitem
    amount: int
    quantity: int | None
    proration: bool
    text: str
    period_start: datetime
    period_end: datetime


@dataclass
class Invoice:
    id: str
    subscription_id: str
    reason: str
    currency: str
    created: datetime
    subtotal: int
    tax: int
    due: int
    period_start: datetime
    period_end: datetime
    lines: list[Line]
    versions: list[InvoiceVersion] = field(default_factory=list)


@dataclass(frozen=True)
class Charge:
    id: str
    invoice_id: str
    currency: str
    amount: int
    status: str
    failure_code: str
    created: datetime


@dataclass(frozen=True)
class Refund:
    id: str
    charge: Charge
    amount: int
    reason: str
    status: str
    created: datetime


@dataclass(frozen=True)
class Dispute:
    id: str
    charge: Charge
    amount: int
    reason: str
    statuses: tuple[tuple[datetime, str], ...]  # first one when it was opened


@dataclass
class Account:
    """One customer of the software business with everything that ever happened to it."""

    id: str
    number: int
    name: str
    email: str
    created: datetime
    versions: list[CustomerVersion] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def country(self) -> str:
        return self.versions[-1].country
