"""The shop's true numbers.

Belongs here: revenue, orders, average value, repeat customers and refunds by month of the reporting time zone.
Rules: an order counts on the day it was placed, paid or not, unless it was cancelled, as shop platforms report sales; revenue is its
lines after discounts, before shipping and tax; refunded orders stay in revenue and their refunds are a number of their own; a
repeat order is a customer's second or later counted order, guests have none. Amounts are ten-thousandths of the reporting currency.
Does not belong here: software revenue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sample_company.clock import local_day, month_start
from sample_company.money import minor_to_reporting
from sample_company.shop import Order, Shopper


@dataclass(frozen=True)
class OrderFact:
    """One order as known at the end of a day."""

    order_id: str
    customer_id: str
    ordered_on: date
    status: str
    is_counted: bool
    currency: str
    country: str
    revenue: int
    total: int
    refunded: int
    customer_order_number: int  # among the customer's counted orders; 0 when not counted or a guest's


@dataclass
class OrderMonth:
    """Counted orders of a month; `refunded` by month of the order, `refunded_in_month` by month of the refund."""

    orders: int = 0
    revenue: int = 0
    total: int = 0
    customers: int = 0
    repeat_orders: int = 0
    repeat_customers: int = 0
    refunded: int = 0
    refunded_orders: int = 0
    refunded_in_month: int = 0


def _status(order: Order, as_of: date) -> str:
    known = [status for at, status in order.statuses if local_day(at) <= as_of]
    if order.cancelled is not None and local_day(order.cancelled) <= as_of:
        return "cancelled"
    return {"authorized": "pending"}.get(known[-1], known[-1])


def order_facts(shoppers: Iterable[Shopper], as_of: date) -> list[OrderFact]:
    """Every order placed by `as_of`, by customer and time."""
    facts = []
    for shopper in shoppers:
        counted = 0
        for order in sorted(shopper.orders, key=lambda order: order.placed):
            if local_day(order.placed) > as_of:
                continue
            status = _status(order, as_of)
            is_counted = status != "cancelled"
            counted += is_counted
            refunded = sum(minor_to_reporting(r.amount, order.currency) for r in order.refunds if local_day(r.at) <= as_of)
            facts.append(
                OrderFact(
                    order.id,
                    order.shopper_id,
                    local_day(order.placed),
                    status,
                    is_counted,
                    order.currency,
                    order.country,
                    minor_to_reporting(order.subtotal, order.currency),
                    minor_to_reporting(order.total, order.currency),
                    refunded,
                    counted if is_counted and order.shopper_id else 0,
                )
            )
    return facts


def order_months(shoppers: Iterable[Shopper], as_of: date) -> dict[date, OrderMonth]:
    """Totals by month."""
    shoppers = list(shoppers)
    table: dict[date, OrderMonth] = defaultdict(OrderMonth)
    buyers: dict[date, dict[str, bool]] = defaultdict(dict)
    for fact in order_facts(shoppers, as_of):
        if not fact.is_counted:
            continue
        on = month_start(fact.ordered_on)
        month = table[on]
        month.orders += 1
        month.revenue += fact.revenue
        month.total += fact.total
        month.refunded += fact.refunded
        month.refunded_orders += fact.refunded > 0
        month.repeat_orders += fact.customer_order_number > 1
        if fact.customer_id:
            buyers[on][fact.customer_id] = buyers[on].get(fact.customer_id, False) or fact.customer_order_number > 1
    for on, customers in buyers.items():
        table[on].customers = len(customers)
        table[on].repeat_customers = sum(customers.values())
    for shopper in shoppers:
        for order in shopper.orders:
            for refund in order.refunds:
                if local_day(refund.at) <= as_of:
                    table[month_start(local_day(refund.at))].refunded_in_month += minor_to_reporting(refund.amount, order.currency)
    return dict(sorted(table.items()))
