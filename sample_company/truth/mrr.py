"""Monthly recurring revenue of one account at the end of each day.

Belongs here: what an account's items are worth on a day, and the account's attributes on that day.
Does not belong here: comparing two days (`movements`, `drivers`).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from sample_company.catalogue import period_amount, tier_number
from sample_company.clock import local_day
from sample_company.money import minor_to_native, round_half_away, to_reporting
from sample_company.states import Account, Coupon, Discount, ItemState, Price, Subscription

MONTHS_PER_UNIT = {"month": Fraction(1), "year": Fraction(1, 12), "week": Fraction(52, 12), "day": Fraction(365, 12)}
ATTRIBUTES = ("plan", "country", "currency", "customer_segment")


@dataclass(frozen=True)
class ItemValue:
    """One licensed item of a counting subscription on a day; gross and net in ten-thousandths of the reporting currency."""

    price: Price
    quantity: int
    gross: int
    net: int

    @property
    def tier(self) -> int:
        return tier_number(self.price, self.quantity)


@dataclass(frozen=True)
class Day:
    """An account from the end of day `first` until the next change."""

    first: date
    mrr: int
    items: dict[str, ItemValue]
    plan: str = ""
    country: str = ""
    currency: str = ""
    customer_segment: str = ""

    @property
    def is_paying(self) -> bool:
        return self.mrr > 0

    @property
    def is_free(self) -> bool:
        """Has a subscription in force and pays nothing for it."""
        return self.mrr == 0 and bool(self.items)

    def attribute(self, kind: str) -> str:
        return getattr(self, kind)


def monthly_native(minor: int | Fraction, price: Price) -> int:
    """The amount of one period as ten-thousandths of the native currency a month, rounded once, half away from zero."""
    return round_half_away(minor_to_native(minor, price.currency) * MONTHS_PER_UNIT[price.unit] / price.count)


def last_until(states: list, day: date):
    """The last of time-ordered states whose local day is not after `day`, or None."""
    position = bisect_right(states, day, key=lambda state: local_day(state.at))
    return states[position - 1] if position else None


def discount_on(discounts: list[Discount], subscription_id: str, day: date) -> Discount | None:
    """The recurring discount in force at the end of a day: the subscription's own before the customer's, then the latest started."""
    in_force = [
        discount
        for discount in discounts
        if discount.coupon.duration in ("forever", "repeating")
        and discount.subscription_id in ("", subscription_id)
        and local_day(discount.start) <= day
        and (discount.end is None or day < local_day(discount.end))
    ]
    return max(in_force, key=lambda discount: (bool(discount.subscription_id), discount.start, discount.id), default=None)


def subscription_items(subscription: Subscription, discounts: list[Discount], day: date) -> dict[str, ItemValue]:
    """Values by item id of a subscription at the end of a day; empty unless paid service is in force."""
    state = last_until(subscription.states, day)
    if state is None or not state.counts:
        return {}
    items: list[tuple[str, ItemState]] = []
    for item in sorted(subscription.items, key=lambda item: item.id):
        current = last_until(item.states, day)
        if current is not None and not current.deleted and current.price.is_licensed:
            items.append((item.id, current))
    discount = discount_on(discounts, subscription.id, day)
    coupon = discount.coupon if discount else None
    left = _amount_off(coupon, subscription.currency)
    values = {}
    for item_id, current in items:
        amount = Fraction(period_amount(current.price, current.quantity or 0))
        if coupon is not None and coupon.percent_off is not None:
            reduced = amount * (100 - coupon.percent_off) / 100
        else:
            taken = min(left, amount)
            left -= taken
            reduced = amount - taken
        gross, net = (to_reporting(monthly_native(part, current.price), current.price.currency) for part in (amount, reduced))
        values[item_id] = ItemValue(current.price, current.quantity or 0, gross, net)
    return values


def _amount_off(coupon: Coupon | None, currency: str) -> Fraction:
    if coupon is None or coupon.amount_off is None or coupon.currency != currency:
        return Fraction(0)
    return Fraction(coupon.amount_off)


class Timeline:
    """An account's day ends as known at the end of `as_of`: the days on which anything changed, in order."""

    def __init__(self, account: Account, as_of: date) -> None:
        self.account = account
        self.days: list[Day] = []
        paid: Day | None = None
        for day in self._change_days(as_of):
            now = self._day(day)
            if now.is_paying:
                paid = now
            elif paid is not None:
                now = replace(now, **{kind: paid.attribute(kind) for kind in ATTRIBUTES})
            if not self.days or replace(now, first=self.days[-1].first) != self.days[-1]:
                self.days.append(now)
        self._firsts = [day.first for day in self.days]
        self.first_paid_on = next((day.first for day in self.days if day.is_paying), None)

    def at(self, day: date) -> Day:
        """The account at the end of a day."""
        position = bisect_right(self._firsts, day)
        return self.days[position - 1] if position else Day(day, 0, {})

    def _change_days(self, as_of: date) -> list[date]:
        moments = [version.at for version in self.account.versions]
        for subscription in self.account.subscriptions:
            counted = False
            for state in subscription.states:
                if state.counts != counted:
                    moments.append(state.at)
                    counted = state.counts
            for item in subscription.items:
                moments += [state.at for state in item.states]
        for discount in self.account.discounts:
            moments += [moment for moment in (discount.start, discount.end) if moment is not None]
        return sorted({day for day in map(local_day, moments) if day <= as_of})

    def _day(self, day: date) -> Day:
        items: dict[str, ItemValue] = {}
        for subscription in self.account.subscriptions:
            items.update(subscription_items(subscription, self.account.discounts, day))
        version = last_until(self.account.versions, day)
        country, segment = (version.country, version.segment) if version else ("", "")
        mrr = sum(value.net for value in items.values())
        return Day(day, mrr, items, _plan(items), country, _currency(items), segment)


def _plan(items: dict[str, ItemValue]) -> str:
    """The plan with the highest amount, else the add-on with the highest; the first by name of equals."""
    for kind in ("plan", "addon"):
        amounts: dict[str, int] = {}
        for value in items.values():
            if value.price.product.kind == kind:
                amounts[value.price.product.name] = amounts.get(value.price.product.name, 0) + value.net
        if amounts:
            return min(amounts, key=lambda name: (-amounts[name], name))
    return ""


def _currency(items: dict[str, ItemValue]) -> str:
    """The currency of the item with the highest amount; the first by item id of equals."""
    if not items:
        return ""
    return items[min(items, key=lambda item_id: (-items[item_id].net, item_id))].price.currency
