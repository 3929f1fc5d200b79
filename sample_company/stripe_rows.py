"""Stripe's view of the company: each record as rows of its export tables, one row per version.

Belongs here: Stripe's columns and formats: UTC times, minor units, lower-case currencies, true and false.
Does not belong here: which versions were known when (`changes`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sample_company.catalogue import COUPONS, NEW_PRICES, PRICES, PRODUCTS
from sample_company.changes import ChangeLog
from sample_company.states import Account, Invoice, Subscription

COLUMNS = {
    "customers": "id created updated email name currency address_country metadata_segment delinquent deleted",
    "products": "id name active metadata_kind created updated",
    "prices": "id product_id currency nickname type billing_scheme tiers_mode unit_amount recurring_interval recurring_interval_count"
    " recurring_usage_type active created",
    "price_tiers": "price_id tier currency up_to unit_amount flat_amount created",
    "subscriptions": "id customer_id status currency created start_date trial_start trial_end cancel_at_period_end canceled_at ended_at"
    " cancellation_reason updated",
    "subscription_history": "subscription_id effective_at status pause_collection cancel_at_period_end trial_start trial_end"
    " current_period_start current_period_end ended_at cancellation_reason",
    "subscription_item_history": "id subscription_id effective_at price_id quantity deleted",
    "coupons": "id name percent_off currency amount_off duration duration_in_months created",
    "discounts": "id coupon_id customer_id subscription_id start end",
    "invoices": "id customer_id subscription_id status billing_reason currency subtotal tax total amount_due amount_paid attempt_count"
    " created paid_at period_start period_end updated",
    "invoice_line_items": "id invoice_id subscription_id subscription_item_id price_id type currency amount quantity proration description"
    " period_start period_end created",
    "charges": "id customer_id invoice_id currency amount status failure_code created",
    "refunds": "id charge_id currency amount reason status created",
    "disputes": "id charge_id currency amount reason status created",
}
HEADERS = {table: tuple(columns.split()) for table, columns in COLUMNS.items()}


def _time(at: datetime | None) -> str:
    return at.isoformat(" ") if at is not None else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def log_catalogue(log: ChangeLog) -> None:
    """Products, prices, tiers and coupons; a price that was replaced is switched off on the day of the new prices."""
    for product in PRODUCTS.values():
        made = _time(product.created)
        log.add("stripe", "products", product.created, product.id, (product.id, product.name, "true", product.kind, made, made))
    for price in PRICES.values():
        made, currency = _time(price.created), price.currency.lower()
        scheme = "tiered" if price.tiers else "per_unit"
        kind, usage = ("recurring", "metered" if price.metered else "licensed") if price.is_recurring else ("one_time", "")
        count = str(price.count) if price.is_recurring else ""
        head = (price.id, price.product.id, currency, f"{price.product.name} v{price.generation}", kind, scheme, price.tiers_mode)
        tail = (_number(price.unit_amount), price.unit, count, usage)
        log.add("stripe", "prices", price.created, price.id, (*head, *tail, "true", made))
        if price.retired:
            log.add("stripe", "prices", NEW_PRICES + timedelta(minutes=5), price.id, (*head, *tail, "false", made))
        for number, tier in enumerate(price.tiers, start=1):
            row = (price.id, number, currency, _number(tier.up_to), tier.unit_amount, tier.flat_amount, made)
            log.add("stripe", "price_tiers", price.created, f"{price.id}/{number}", row)
    for coupon in COUPONS.values():
        share = coupon.percent_off
        percent = "" if share is None else str(Decimal(share.numerator) / share.denominator)
        amount = (coupon.currency.lower(), _number(coupon.amount_off))
        row = (coupon.id, coupon.id.title(), percent, *amount, coupon.duration, _number(coupon.months), _time(coupon.created))
        log.add("stripe", "coupons", coupon.created, coupon.id, row)


def log_account(log: ChangeLog, account: Account) -> None:
    """Everything of one account."""
    for version in account.versions:
        row = (
            account.id, _time(account.created), _time(version.at), account.email, account.name, version.currency.lower(), version.country,
            version.segment, _flag(version.delinquent), _flag(version.deleted),
        )  # fmt: skip
        log.add("stripe", "customers", version.at, f"{account.id}/{row[2]}", row)
    for subscription in account.subscriptions:
        _log_subscription(log, account, subscription)
    for discount in account.discounts:
        head = (discount.id, discount.coupon.id, account.id, discount.subscription_id, _time(discount.start))
        early = discount.ended_early_at
        log.add("stripe", "discounts", discount.start, discount.id, (*head, "" if early else _time(discount.end)))
        if early:
            log.add("stripe", "discounts", early, discount.id, (*head, _time(discount.end)))
    for invoice in account.invoices:
        _log_invoice(log, account, invoice)
    for charge in account.charges:
        row = (charge.id, account.id, charge.invoice_id, charge.currency.lower(), charge.amount, charge.status, charge.failure_code)
        log.add("stripe", "charges", charge.created, charge.id, (*row, _time(charge.created)))
    for refund in account.refunds:
        currency = refund.charge.currency.lower()
        row = (refund.id, refund.charge.id, currency, refund.amount, refund.reason, refund.status, _time(refund.created))
        log.add("stripe", "refunds", refund.created, refund.id, row)
    for dispute in account.disputes:
        currency, opened = dispute.charge.currency.lower(), _time(dispute.statuses[0][0])
        for at, status in dispute.statuses:
            row = (dispute.id, dispute.charge.id, currency, dispute.amount, dispute.reason, status, opened)
            log.add("stripe", "disputes", at, dispute.id, row)


def _log_subscription(log: ChangeLog, account: Account, subscription: Subscription) -> None:
    trial = (_time(subscription.trial_start), _time(subscription.trial_end))
    begun = _time(subscription.created)
    for state in subscription.states:
        at = _time(state.at)
        row = (
            subscription.id, account.id, state.status, subscription.currency.lower(), begun, begun, *trial,
            _flag(state.cancel_at_period_end), _time(state.canceled_at), _time(state.ended_at), state.reason, at,
        )  # fmt: skip
        log.add("stripe", "subscriptions", state.at, subscription.id, row)
        row = (
            subscription.id, at, state.status, state.pause_collection, _flag(state.cancel_at_period_end), *trial,
            _time(state.period_start), _time(state.period_end), _time(state.ended_at), state.reason,
        )  # fmt: skip
        log.add("stripe", "subscription_history", state.at, f"{subscription.id}/{at}", row)
    for item in subscription.items:
        for change in item.states:
            at = _time(change.at)
            row = (item.id, subscription.id, at, change.price.id, _number(change.quantity), _flag(change.deleted))
            log.add("stripe", "subscription_item_history", change.at, f"{item.id}/{at}", row)


def _log_invoice(log: ChangeLog, account: Account, invoice: Invoice) -> None:
    currency, made = invoice.currency.lower(), _time(invoice.created)
    head = (invoice.id, account.id, invoice.subscription_id)
    money = (currency, invoice.subtotal, invoice.tax, invoice.subtotal + invoice.tax, invoice.due)
    period = (_time(invoice.period_start), _time(invoice.period_end))
    for version in invoice.versions:
        paid = (version.amount_paid, version.attempts, made, _time(version.paid_at))
        row = (*head, version.status, invoice.reason, *money, *paid, *period, _time(version.at))
        log.add("stripe", "invoices", version.at, invoice.id, row)
    for line in invoice.lines:
        row = (
            line.id, invoice.id, line.subscription_id, line.item_id, line.price_id, line.kind, currency, line.amount,
            _number(line.quantity), _flag(line.proration), line.text, _time(line.period_start), _time(line.period_end), made,
        )  # fmt: skip
        log.add("stripe", "invoice_line_items", invoice.created, line.id, row)
