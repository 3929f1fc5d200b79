"""Stripe's events from its exports: each change of a customer, a subscription and its items, a discount, an invoice.

An export holds histories of customers, subscriptions and items, and the last state of invoices and discounts; of those the events tell
the beginning and the end.

Belongs here: which event says what, `previous_attributes`. Does not belong here: the shape of an object (stripe_objects.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sample_company.server import stripe_objects
from sample_company.server.exports import Exports, Row, epoch, group

_ENDS = {"paid": "invoice.paid", "void": "invoice.voided", "uncollectible": "invoice.marked_uncollectible", "open": "invoice.finalized"}
#: What of a subscription its items do not say.
_OWN = (
    "status", "pause_collection", "cancel_at_period_end", "trial_start", "trial_end", "current_period_start", "current_period_end",
    "canceled_at", "ended_at", "cancellation_details",
)  # fmt: skip


def events(exports: Exports) -> list[dict[str, Any]]:
    """Every event, in no order but that those of one second stand newest first."""
    made = [*_customers(exports), *_subscriptions(exports), *_discounts(exports), *_invoices(exports)]
    return [
        {
            "id": f"evt_{number:08d}", "object": "event", "api_version": "2025-02-24.acacia", "created": at, "data": data,
            "livemode": False, "type": kind,
        }
        for number, (at, kind, data) in reversed(list(enumerate(made)))
    ]  # fmt: skip


Event = tuple[int | None, str, dict[str, Any]]


def _customers(exports: Exports) -> Iterator[Event]:
    for versions in group(exports.rows("stripe", "customers", "id", "updated"), "id").values():
        for number, row in enumerate(sorted(versions, key=lambda each: each["updated"])):
            what = "deleted" if row["deleted"] == "true" else "updated" if number else "created"
            yield epoch(row["updated"]), f"customer.{what}", {"object": stripe_objects.customer(row)}


def _discounts(exports: Exports) -> Iterator[Event]:
    """An export knows no more than the end: a discount without a promised end, and taken off, says so in its last event."""
    coupons = {row["id"]: row for row in exports.rows("stripe", "coupons", "id")}
    for row in exports.rows("stripe", "discounts", "id"):
        is_taken_off = bool(row["end"]) and coupons[row["coupon_id"]]["duration"] != "repeating"
        begun = stripe_objects.discount(row, "" if is_taken_off else row["end"])
        yield epoch(row["start"]), "customer.discount.created", {"object": begun}
        if is_taken_off:
            yield epoch(row["end"]), "customer.discount.deleted", {"object": begun}


def _invoices(exports: Exports) -> Iterator[Event]:
    for row in exports.rows("stripe", "invoices", "id"):
        if row["updated"] > row["created"]:
            yield epoch(row["created"]), "invoice.created", {"object": stripe_objects.invoice(row, is_draft=True)}
        kind = _ENDS.get(row["status"], "invoice.updated")
        yield epoch(row["updated"]), kind, {"object": stripe_objects.invoice(row)}


def _subscriptions(exports: Exports) -> Iterator[Event]:
    states = group(exports.rows("stripe", "subscription_history", "subscription_id", "effective_at"), "subscription_id")
    changes = group(exports.rows("stripe", "subscription_item_history", "id", "effective_at"), "subscription_id")
    for whole in exports.rows("stripe", "subscriptions", "id"):
        yield from _life(whole, states[whole["id"]], changes.get(whole["id"], []))


def _life(whole: Row, states: list[Row], changes: list[Row]) -> Iterator[Event]:
    """One event at each moment at which the subscription or one of its items changed."""
    state_at = {row["effective_at"]: row for row in states}
    changes_at = group(changes, "effective_at")
    last = max(state_at)
    state: Row = {}
    items: dict[str, dict[str, Any]] = {}
    revisions: dict[str, int] = {}
    before: dict[str, Any] | None = None
    for at in sorted({*state_at, *changes_at}):
        state = state_at.get(at, state)
        for change in changes_at.get(at, []):
            revisions[change["id"]] = revisions.get(change["id"], 0) + 1
            if change["deleted"] == "true":
                del items[change["id"]]
            else:
                items[change["id"]] = stripe_objects.item(change, revisions[change["id"]])
        now = stripe_objects.subscription(whole, state, list(items.values()), is_last=at >= last)
        is_end = at in state_at and state["status"] == "canceled"
        kind = "created" if before is None else "deleted" if is_end else "updated"
        data: dict[str, Any] = {"object": now}
        if kind == "updated":
            data["previous_attributes"] = _previous(before, now, at in state_at, at in changes_at)
        yield epoch(at), f"customer.subscription.{kind}", data
        before = now


def _previous(before: dict[str, Any], now: dict[str, Any], state_moved: bool, items_moved: bool) -> dict[str, Any]:
    """What was different; a state that differs in nothing that is exported still says that its period was set."""
    previous = {name: before[name] for name in _OWN if before[name] != now[name]} if state_moved else {}
    if state_moved and not previous:
        previous["current_period_end"] = before["current_period_end"]
    if items_moved:
        previous["items"] = {"data": before["items"]["data"]}
    return previous
