"""Stripe's API, version 2025-02-24.acacia: lists, events, an invoice's lines.

Sources: docs.stripe.com/api/pagination, /api/errors, /api/events, /rate-limits. The real service keeps events for 30 days; the double has
all, since a fresh warehouse starts from them.

Belongs here: paths, envelopes, errors. Does not belong here: what an event holds (stripe_events.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sample_company.server import stripe_events, stripe_objects
from sample_company.server.exports import Exports, group
from sample_company.server.wire import Answer, Asked, whole

VERSION = "2025-02-24.acacia"
MOST = 100
_LINES = re.compile(r"/v1/invoices/([^/]+)/lines")


class Stripe:
    """Lists by path; each is newest first."""

    variables: Mapping[str, str] = {"STRIPE_API_KEY": "sk_test_sample_company_double"}

    def __init__(self, exports: Exports) -> None:
        tiers = group(exports.rows("stripe", "price_tiers", "price_id", "tier"), "price_id")
        self._lists: dict[str, list[dict[str, Any]]] = {
            "/v1/products": [stripe_objects.product(row) for row in exports.rows("stripe", "products", "id")],
            "/v1/prices": [stripe_objects.price(row, tiers.get(row["id"], [])) for row in exports.rows("stripe", "prices", "id")],
            "/v1/coupons": [stripe_objects.coupon(row) for row in exports.rows("stripe", "coupons", "id")],
            "/v1/charges": [stripe_objects.charge(row) for row in exports.rows("stripe", "charges", "id")],
            "/v1/refunds": [stripe_objects.refund(row) for row in exports.rows("stripe", "refunds", "id")],
            "/v1/disputes": [stripe_objects.dispute(row) for row in exports.rows("stripe", "disputes", "id")],
            "/v1/events": stripe_events.events(exports),
        }
        for listed in self._lists.values():
            listed.sort(key=lambda each: each["created"], reverse=True)
        lines = group(exports.rows("stripe", "invoice_line_items", "id"), "invoice_id")
        self._lines = {invoice: [stripe_objects.line(row) for row in rows] for invoice, rows in lines.items()}
        self._places = {path: {each["id"]: place for place, each in enumerate(listed)} for path, listed in self._lists.items()}

    def answer(self, asked: Asked) -> Answer:
        if asked.bearer != self.variables["STRIPE_API_KEY"]:
            return _error(401, "Invalid API Key provided")
        if asked.headers.get("Stripe-Version") not in (None, VERSION):
            return _error(400, f"Invalid Stripe API version: {asked.headers['Stripe-Version']}")
        found = _LINES.fullmatch(asked.path)
        if found and found[1] not in self._lines:
            return _error(404, f"No such invoice: '{found[1]}'", "invoice", "resource_missing")
        if found:
            lines = self._lines[found[1]]
            return self._page(asked, lines, {each["id"]: place for place, each in enumerate(lines)})
        if asked.path not in self._lists or asked.method != "GET":
            return _error(404, f"Unrecognized request URL ({asked.method}: {asked.path}).")
        return self._page(asked, self._lists[asked.path], self._places[asked.path])

    def too_many(self, seconds: int) -> Answer:
        return Answer(_document("Request rate limit exceeded.", code="rate_limit"), 429, {"Retry-After": str(seconds)})

    def broken(self, status: int) -> Answer:
        return Answer({"error": {"message": "An unknown error occurred", "type": "api_error"}}, status)

    def _page(self, asked: Asked, listed: list[dict[str, Any]], places: Mapping[str, int]) -> Answer:
        limit = whole(asked.params.get("limit"), 10)
        if not 1 <= limit <= MOST:
            return _error(400, f"Invalid integer: limit must be from 1 to {MOST}", "limit")
        after = asked.params.get("starting_after")
        if after is not None and after not in places:
            return _error(400, f"No such object: '{after}'", "starting_after", "resource_missing")
        kinds = set(asked.lists.get("types[]", ()))
        least = int(asked.params.get("created[gte]", 0))
        page: list[dict[str, Any]] = []
        more = False
        for place in range(0 if after is None else places[after] + 1, len(listed)):
            each = listed[place]
            if each.get("created", least) < least or (kinds and each["type"] not in kinds):
                continue
            if len(page) == limit:
                more = True
                break
            page.append(each)
        if "data.tiers" not in asked.lists.get("expand[]", ()) and asked.path == "/v1/prices":
            page = [{name: value for name, value in each.items() if name != "tiers"} for each in page]
        document = {"object": "list", "url": asked.path, "has_more": more, "data": page}
        return Answer(document, headers={"Stripe-Version": VERSION})


def _error(status: int, message: str, param: str = "", code: str = "") -> Answer:
    return Answer(_document(message, param, code), status)


def _document(message: str, param: str = "", code: str = "") -> dict[str, Any]:
    more = {name: value for name, value in (("param", param), ("code", code)) if value}
    return {"error": {"message": message, "type": "invalid_request_error", **more}}
