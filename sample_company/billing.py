"""Invoices, payments, refunds and disputes of one account.

Belongs here: how a bill is made of lines, discounts, tax and credit, and what paying it leaves behind. An invoice's lines are
net of discounts, so that lines sum to the subtotal and subtotal and tax to the total. Amounts are minor units.
Does not belong here: when a bill is due, and what an unpaid one does to the subscription (`machine`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random

from sample_company.catalogue import period_amount
from sample_company.money import round_half_away
from sample_company.states import (
    Account,
    Charge,
    Discount,
    Dispute,
    Invoice,
    InvoiceVersion,
    ItemState,
    Line,
    Price,
    Refund,
    Subscription,
)

TAX_PERCENT = {"US": 8, "CA": 5, "GB": 20, "DE": 19, "FR": 20, "NL": 21, "IE": 23, "JP": 10, "KW": 0}
FAILURES = ("card_declined", "insufficient_funds", "expired_card", "processing_error")
REFUND_CHANCE = 0.03
DISPUTE_CHANCE = 0.006


@dataclass(frozen=True)
class PendingLine:
    """A proration that waits for the next bill."""

    item_id: str
    price: Price
    quantity: int
    amount: int
    text: str
    period_start: datetime
    period_end: datetime


def net_amounts(items: Sequence[tuple[str, ItemState]], discount: Discount | None, currency: str) -> dict[str, int]:
    """Minor units of one period by item id after the discount; items are (id, state) of licensed recurring prices.

    A percentage is rounded item by item; an amount off is taken from the items in the order of their ids until it is used up.
    """
    gross = {item_id: period_amount(state.price, state.quantity or 0) for item_id, state in sorted(items)}
    if discount is None:
        return gross
    coupon = discount.coupon
    if coupon.percent_off is not None:
        return {item_id: round_half_away(amount * (100 - coupon.percent_off) / 100) for item_id, amount in gross.items()}
    left = (coupon.amount_off or 0) if coupon.currency == currency else 0
    net = {}
    for item_id, amount in gross.items():
        taken = min(left, amount)
        net[item_id] = amount - taken
        left -= taken
    return net


class Ledger:
    """The account's bills. Numbers its objects in the order they come to be."""

    def __init__(self, account: Account, rng: Random) -> None:
        self.account = account
        self._rng = rng
        self._credit: dict[str, int] = defaultdict(int)

    def _next_id(self, prefix: str, made: int) -> str:
        return f"{prefix}_{self.account.number:06d}_{made + 1:05d}"

    def discount_for(self, subscription_id: str, at: datetime) -> Discount | None:
        """The discount a bill at `at` gets: the subscription's own before the customer's, the latest started of them."""
        in_force = [
            discount
            for discount in self.account.discounts
            if discount.subscription_id in ("", subscription_id) and discount.start <= at and (discount.end is None or at < discount.end)
        ]
        return max(in_force, key=lambda discount: (bool(discount.subscription_id), discount.start), default=None)

    def bill(
        self,
        subscription: Subscription,
        reason: str,
        at: datetime,
        period_end: datetime,
        *,
        recurring: bool = True,
        pending: Sequence[PendingLine] = (),
        one_off: Price | None = None,
        usage_until: datetime | None = None,
    ) -> Invoice:
        """Make the invoice of a period: the items in force, what is pending, a one-off, the metered usage of the period before."""
        rows: list[tuple[str, Price, int | None, int, bool, str, datetime, datetime]] = []
        for line in pending:
            rows.append((line.item_id, line.price, line.quantity, line.amount, True, line.text, line.period_start, line.period_end))
        if recurring:
            current = [(item.id, item.states[-1]) for item in subscription.items if not item.states[-1].deleted]
            licensed = [(item_id, state) for item_id, state in current if state.price.is_licensed]
            discount = self.discount_for(subscription.id, at)
            net = net_amounts(licensed, discount, subscription.currency)
            for item_id, state in licensed:
                name = f"{state.quantity} x {state.price.product.name}"
                rows.append((item_id, state.price, state.quantity, net[item_id], False, name, at, period_end))
            if discount and discount.coupon.duration == "once" and discount.end is None:
                discount.end = discount.ended_early_at = at + timedelta(seconds=1)
            if usage_until is not None:
                for item_id, state in current:
                    if state.price.metered:
                        units = self._rng.randint(0, 400)
                        amount = units * (state.price.unit_amount or 0)
                        rows.append((item_id, state.price, units, amount, False, f"{units} x {state.price.product.name}", usage_until, at))
        if one_off is not None:
            rows.append(("", one_off, 1, one_off.unit_amount or 0, False, one_off.product.name, at, at))
        return self._invoice(subscription, reason, at, period_end, rows)

    def _invoice(self, subscription: Subscription, reason: str, at: datetime, period_end: datetime, rows: list[tuple]) -> Invoice:
        subtotal = sum(row[3] for row in rows)
        tax = round_half_away(Fraction(subtotal * TAX_PERCENT[self.account.country], 100))
        total = subtotal + tax
        currency = subscription.currency
        used = min(self._credit[currency], max(total, 0))
        self._credit[currency] += max(-total, 0) - used
        invoice_id = self._next_id("in", len(self.account.invoices))
        lines = []
        for number, (item_id, price, quantity, amount, proration, label, start, end) in enumerate(rows, start=1):
            kind = "subscription" if item_id and not proration else "invoiceitem"
            line_id = f"il_{invoice_id[3:]}_{number:02d}"
            lines.append(Line(line_id, subscription.id, item_id, price.id, kind, amount, quantity, proration, label, start, end))
        due = max(total, 0) - used
        invoice = Invoice(invoice_id, subscription.id, reason, currency, at, subtotal, tax, due, at, period_end, lines)
        self.account.invoices.append(invoice)
        return invoice

    def hold(self, invoice: Invoice, status: str) -> None:
        """An invoice that nobody collects: draft, void or uncollectible."""
        invoice.versions.append(InvoiceVersion(invoice.created, status, 0, 0, None))

    def pay(self, invoice: Invoice, at: datetime) -> None:
        """The invoice is paid at `at`; a bill of nothing is paid when it is made, without a charge. May plant a later refund or dispute."""
        attempts = invoice.versions[-1].attempts if invoice.versions else 0
        if invoice.due == 0:
            invoice.versions.append(InvoiceVersion(invoice.created, "paid", 0, attempts, invoice.created))
            return
        if not invoice.versions:
            invoice.versions.append(InvoiceVersion(invoice.created, "open", 0, 0, None))
        charge = self._charge(invoice, at, "succeeded", "")
        invoice.versions.append(InvoiceVersion(at, "paid", invoice.due, attempts + 1, at))
        roll = self._rng.random()
        if roll < REFUND_CHANCE:
            share = self._rng.choice((100, 100, 50, 25))
            self.refund(charge, at + self._after(1, 20), share)
        elif roll < REFUND_CHANCE + DISPUTE_CHANCE:
            self.dispute(charge, at + self._after(3, 40))

    def fail(self, invoice: Invoice, at: datetime) -> None:
        """A payment attempt that failed; the invoice stays open."""
        if not invoice.versions:
            invoice.versions.append(InvoiceVersion(invoice.created, "open", 0, 0, None))
        self._charge(invoice, at, "failed", self._rng.choice(FAILURES))
        invoice.versions.append(InvoiceVersion(at, "open", 0, invoice.versions[-1].attempts + 1, None))

    def write_off(self, invoice: Invoice, at: datetime, status: str = "uncollectible") -> None:
        """Nobody will pay the invoice."""
        last = invoice.versions[-1]
        invoice.versions.append(InvoiceVersion(max(at, last.at), status, 0, last.attempts, None))

    def _charge(self, invoice: Invoice, at: datetime, status: str, failure: str) -> Charge:
        charge_id = self._next_id("ch", len(self.account.charges))
        charge = Charge(charge_id, invoice.id, invoice.currency, invoice.due, status, failure, at)
        self.account.charges.append(charge)
        return charge

    def refund(self, charge: Charge, at: datetime, percent: int = 100, status: str = "succeeded") -> None:
        """Give back a share of a charge, at least one minor unit."""
        amount = max(charge.amount * percent // 100, 1)
        reason = self._rng.choice(("requested_by_customer", "duplicate", "fraudulent"))
        refund_id = self._next_id("re", len(self.account.refunds))
        self.account.refunds.append(Refund(refund_id, charge, amount, reason, status, at))

    def dispute(self, charge: Charge, at: datetime, outcome: str = "") -> None:
        """The cardholder disputes the whole charge; it is decided three to eight weeks later."""
        decided = at + self._after(21, 56)
        outcome = outcome or self._rng.choice(("won", "lost"))
        statuses = ((at, "needs_response"), (at + timedelta(days=5), "under_review"), (decided, outcome))
        dispute_id = self._next_id("dp", len(self.account.disputes))
        self.account.disputes.append(Dispute(dispute_id, charge, charge.amount, "product_not_received", statuses))

    def _after(self, low_days: int, high_days: int) -> timedelta:
        return timedelta(seconds=self._rng.randint(low_days * 86_400, high_days * 86_400))
