"""Stripe's objects from the rows of its exports, in the shape of version 2025-02-24.acacia.

Belongs here: one row to one object. Does not belong here: events, lists.
"""

from __future__ import annotations

from typing import Any

from sample_company.server.exports import Row, epoch, flag, number


def product(row: Row) -> dict[str, Any]:
    metadata = {"kind": row["metadata_kind"]} if row["metadata_kind"] else {}
    return {
        "id": row["id"], "object": "product", "active": flag(row["active"]), "created": epoch(row["created"]), "description": None,
        "livemode": False, "metadata": metadata, "name": row["name"], "type": "service", "updated": epoch(row["updated"]),
    }  # fmt: skip


def price(row: Row, tiers: list[Row]) -> dict[str, Any]:
    """A price; only a tiered one has tiers, and only where they are asked for."""
    recurring = None
    if row["recurring_interval"]:
        recurring = {
            "interval": row["recurring_interval"], "interval_count": number(row["recurring_interval_count"]), "meter": None,
            "usage_type": row["recurring_usage_type"] or None,
        }  # fmt: skip
    built = {
        "id": row["id"], "object": "price", "active": flag(row["active"]), "billing_scheme": row["billing_scheme"],
        "created": epoch(row["created"]), "currency": row["currency"], "livemode": False, "metadata": {},
        "nickname": row["nickname"] or None, "product": row["product_id"], "recurring": recurring, "tiers_mode": row["tiers_mode"] or None,
        "type": row["type"], "unit_amount": number(row["unit_amount"]),
    }  # fmt: skip
    if tiers:
        built["tiers"] = [
            {"flat_amount": number(each["flat_amount"]), "unit_amount": number(each["unit_amount"]), "up_to": number(each["up_to"])}
            for each in sorted(tiers, key=lambda each: int(each["tier"]))
        ]
    return built


def coupon(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "coupon", "amount_off": number(row["amount_off"]), "created": epoch(row["created"]),
        "currency": row["currency"] or None, "duration": row["duration"], "duration_in_months": number(row["duration_in_months"]),
        "livemode": False, "metadata": {}, "name": row["name"] or None, "valid": True,
        "percent_off": float(row["percent_off"]) if row["percent_off"] else None,
    }  # fmt: skip


def charge(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "charge", "amount": number(row["amount"]), "created": epoch(row["created"]), "currency": row["currency"],
        "customer": row["customer_id"], "failure_code": row["failure_code"] or None, "invoice": row["invoice_id"] or None,
        "livemode": False, "metadata": {}, "paid": row["status"] == "succeeded", "status": row["status"],
    }  # fmt: skip


def refund(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "refund", "amount": number(row["amount"]), "charge": row["charge_id"], "created": epoch(row["created"]),
        "currency": row["currency"], "metadata": {}, "reason": row["reason"] or None, "status": row["status"],
    }  # fmt: skip


def dispute(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "dispute", "amount": number(row["amount"]), "charge": row["charge_id"], "created": epoch(row["created"]),
        "currency": row["currency"], "livemode": False, "metadata": {}, "reason": row["reason"] or None, "status": row["status"],
    }  # fmt: skip


def customer(row: Row) -> dict[str, Any]:
    metadata = {"segment": row["metadata_segment"]} if row["metadata_segment"] else {}
    return {
        "id": row["id"], "object": "customer", "address": {"city": None, "country": row["address_country"] or None}, "balance": 0,
        "created": epoch(row["created"]), "currency": row["currency"] or None, "delinquent": flag(row["delinquent"]),
        "email": row["email"] or None, "livemode": False, "metadata": metadata, "name": row["name"] or None,
    }  # fmt: skip


def invoice(row: Row, *, is_draft: bool = False) -> dict[str, Any]:
    """An invoice as it stands, or as it stood before anyone paid."""
    return {
        "id": row["id"], "object": "invoice", "amount_due": number(row["amount_due"]),
        "amount_paid": 0 if is_draft else number(row["amount_paid"]), "attempt_count": 0 if is_draft else number(row["attempt_count"]),
        "billing_reason": row["billing_reason"] or None, "created": epoch(row["created"]), "currency": row["currency"],
        "customer": row["customer_id"], "livemode": False, "metadata": {}, "period_end": epoch(row["period_end"]),
        "period_start": epoch(row["period_start"]), "status": "draft" if is_draft else row["status"],
        "status_transitions": {"paid_at": None if is_draft else epoch(row["paid_at"])}, "subscription": row["subscription_id"] or None,
        "subtotal": number(row["subtotal"]), "tax": number(row["tax"]), "total": number(row["total"]),
    }  # fmt: skip


def line(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "line_item", "amount": number(row["amount"]), "currency": row["currency"],
        "description": row["description"] or None, "invoice": row["invoice_id"], "livemode": False, "metadata": {},
        "period": {"end": epoch(row["period_end"]), "start": epoch(row["period_start"])},
        "price": {"id": row["price_id"], "object": "price"} if row["price_id"] else None, "proration": flag(row["proration"]),
        "quantity": number(row["quantity"]), "subscription": row["subscription_id"] or None,
        "subscription_item": row["subscription_item_id"] or None, "type": row["type"],
    }  # fmt: skip


def discount(row: Row, end: str) -> dict[str, Any]:
    return {
        "id": row["id"], "object": "discount", "coupon": {"id": row["coupon_id"], "object": "coupon"}, "customer": row["customer_id"],
        "end": epoch(end), "start": epoch(row["start"]), "subscription": row["subscription_id"] or None,
    }  # fmt: skip


def item(row: Row, revision: int) -> dict[str, Any]:
    """A subscription's item; a metered price has no quantity. The revision is there because an item may change in nothing else."""
    built = {
        "id": row["id"], "object": "subscription_item", "created": epoch(row["effective_at"]), "metadata": {"revision": str(revision)},
        "price": {"id": row["price_id"], "object": "price"}, "subscription": row["subscription_id"],
    }  # fmt: skip
    return {**built, "quantity": int(row["quantity"])} if row["quantity"] else built


def subscription(whole: Row, state: Row, items: list[dict[str, Any]], *, is_last: bool) -> dict[str, Any]:
    """A subscription in one of its states. When cancellation was asked for is known of the last one."""
    behaviour = {"behavior": state["pause_collection"], "resumes_at": None} if state["pause_collection"] else None
    return {
        "id": whole["id"], "object": "subscription", "cancel_at_period_end": flag(state["cancel_at_period_end"]),
        "canceled_at": epoch(whole["canceled_at"]) if is_last else None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": state["cancellation_reason"] or None},
        "created": epoch(whole["created"]), "currency": whole["currency"], "current_period_end": epoch(state["current_period_end"]),
        "current_period_start": epoch(state["current_period_start"]), "customer": whole["customer_id"],
        "ended_at": epoch(state["ended_at"]),
        "items": {"object": "list", "data": items, "has_more": False, "url": f"/v1/subscription_items?subscription={whole['id']}"},
        "livemode": False, "metadata": {}, "pause_collection": behaviour, "start_date": epoch(whole["start_date"]),
        "status": state["status"], "trial_end": epoch(state["trial_end"]), "trial_start": epoch(state["trial_start"]),
    }  # fmt: skip
