"""The shop platform's view: customers, orders, lines and refunds as rows of its export tables, one row per version.

Belongs here: the platform's capitalised headers, local times with their offset, major units with the currency's digits.
Does not belong here: which versions were known when (`changes`).
"""

from __future__ import annotations

from sample_company.changes import ChangeLog
from sample_company.clock import shop_time
from sample_company.money import major_text
from sample_company.shop import Order, Shopper

HEADERS = {
    "customers": ("Customer ID", "Email", "Default Address Country Code", "Created At", "Updated At"),
    "orders": (
        "Id", "Name", "Customer ID", "Financial Status", "Currency", "Subtotal", "Discount Amount", "Shipping", "Taxes", "Total",
        "Shipping Country", "Created at", "Cancelled at", "Updated at",
    ),
    "order_lines": (
        "Lineitem id", "Order Id", "Lineitem sku", "Lineitem name", "Lineitem quantity", "Currency", "Lineitem price",
        "Lineitem discount", "Updated at",
    ),
    "refunds": ("Refund Id", "Order Id", "Currency", "Amount", "Reason", "Created at"),
}  # fmt: skip


def log_shopper(log: ChangeLog, shopper: Shopper) -> None:
    """A shopper's record, if there is one, and every order."""
    if not shopper.is_guest:
        for at, country in shopper.countries:
            email = f"shopper{shopper.number}@mail.example"
            log.add("shop", "customers", at, shopper.id, (shopper.id, email, country, shop_time(shopper.created), shop_time(at)))
    for order in shopper.orders:
        _log_order(log, order)


def _log_order(log: ChangeLog, order: Order) -> None:
    def money(minor: int) -> str:
        return major_text(minor, order.currency)

    placed = shop_time(order.placed)
    discounts = sum(line.discount for line in order.lines)
    amounts = tuple(money(minor) for minor in (order.subtotal, discounts, order.shipping, order.tax, order.total))
    for at, status in order.statuses:
        cancelled = shop_time(order.cancelled) if order.cancelled is not None and order.cancelled <= at else ""
        row = (order.id, order.name, order.shopper_id, status, order.currency, *amounts, order.country, placed, cancelled, shop_time(at))
        log.add("shop", "orders", at, order.id, row)
    for line in order.lines:
        row = (line.id, order.id, line.sku, line.title, line.quantity, order.currency, money(line.price), money(line.discount), placed)
        log.add("shop", "order_lines", order.placed, line.id, row)
    for refund in order.refunds:
        row = (refund.id, order.id, order.currency, money(refund.amount), refund.reason, shop_time(refund.at))
        log.add("shop", "refunds", refund.at, refund.id, row)
