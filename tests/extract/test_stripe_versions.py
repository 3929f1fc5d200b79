"""Stripe's events in the account's own version: the sample company's, told in an older and in a newer shape, land the same rows."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import TableContract, load_contracts
from sample_company.server import stripe_events, stripe_objects
from sample_company.server.exports import Exports
from sample_company.write import write
from tests.extract.house import Fetcher
from tests.extract.server import Reply, Server

PERIOD = ("current_period_start", "current_period_end")


def newer(event: dict[str, Any]) -> dict[str, Any]:
    """An event of 2025-02-24.acacia as 2025-09-30.clover tells it; what moved is listed, page by page, in Stripe's contract."""
    event = copy.deepcopy(event)
    told, before = event["data"]["object"], event["data"].get("previous_attributes", {})
    if told["object"] == "discount":
        told["source"] = {"type": "coupon", "coupon": told.pop("coupon")["id"]}
    if told["object"] == "invoice":
        tax, subscription = told.pop("tax"), told.pop("subscription")
        # Two taxes on one invoice: a third, and the rest.
        told["total_taxes"] = None if tax is None else [{"amount": tax // 3, "type": "tax_rate_details"}, {"amount": tax - tax // 3}]
        told["parent"] = {"type": "subscription_details", "subscription_details": {"subscription": subscription}} if subscription else None
    if told["object"] == "subscription":
        now = {name: told.pop(name) for name in PERIOD}
        was = {name: before.pop(name, now[name]) for name in PERIOD}
        if was != now or "items" in before:
            earlier = before.get("items") or copy.deepcopy({"data": told["items"]["data"]})
            before["items"] = {"data": [{**item, **was} for item in earlier["data"]]}
        elif event["type"].endswith("updated") and not before:
            # The sample's way to say that nothing of what it exports was different.
            before["cancellation_details"] = told["cancellation_details"]
        told["items"]["data"] = [{**item, **now} for item in told["items"]["data"]]
        assert told["items"]["data"], "a subscription always has an item"
    return event


def newer_line(line: dict[str, Any]) -> dict[str, Any]:
    line = dict(line)
    kind, subscription, item, proration = (line.pop(name) for name in ("type", "subscription", "subscription_item", "proration"))
    price = line.pop("price")
    line["pricing"] = {"type": "price_details", "price_details": {"price": price["id"]}} if price else None
    of_both = {"subscription": subscription, "proration": proration, "invoice_item": "ii_1" if kind == "invoiceitem" else None}
    of_item, name = {**of_both, "subscription_item": item}, "subscription_item_details" if item else "invoice_item_details"
    none = {"subscription_item_details": None, "invoice_item_details": None}
    line["parent"] = {**none, "type": name, name: of_item if item else of_both}
    return line


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    folder = tmp_path_factory.mktemp("company")
    write(folder, scale=0.1, until=date(2025, 3, 31))
    return Exports(folder)


def serve(server: Server, contract: TableContract, events: list[dict[str, Any]]) -> None:
    kinds = contract.rest.endpoint.params["types[]"]
    server.says("/v1/events", Reply({"object": "list", "has_more": False, "data": [each for each in events if each["type"] in kinds]}))


@pytest.mark.parametrize(
    "table", ["customers", "subscriptions", "subscription_history", "subscription_item_history", "discounts", "invoices"]
)
def test_events_of_both_versions_land_the_same_rows(
    table: str, exports: Exports, manifest_path: Path, server: Server, tmp_path: Path
) -> None:
    contract = load_contracts(manifest_path)["stripe", table].asking(server.url)
    older = sorted(stripe_events.events(exports), key=lambda each: each["created"], reverse=True)
    landed = []
    for shape, events in (("older", older), ("newer", [newer(each) for each in older])):
        house = Fetcher(tmp_path / shape)
        house.secrets = {"STRIPE_API_KEY": "sk_test_versions"}
        serve(server, contract, events)
        result = house.land(contract)
        assert (result.status, result.quarantined, result.warnings) == ("committed", 0, ()), result
        landed.append(house.rows(contract, order="all"))
    assert landed[0] and landed[1] == landed[0]


def test_lines_of_both_versions_land_the_same_rows(exports: Exports, manifest_path: Path, server: Server, tmp_path: Path) -> None:
    contracts = load_contracts(manifest_path)
    parents, contract = (contracts["stripe", table].asking(server.url) for table in ("invoices", "invoice_line_items"))
    rows = exports.rows("stripe", "invoice_line_items", "id")
    invoices = {row["invoice_id"] for row in rows[:20]} | {row["invoice_id"] for row in rows if row["type"] == "invoiceitem"}
    events = [each for each in stripe_events.events(exports) if each["data"]["object"]["id"] in invoices]
    landed = []
    for shape in ("older", "newer"):
        house = Fetcher(tmp_path / shape)
        house.secrets = {"STRIPE_API_KEY": "sk_test_versions"}
        serve(server, parents, events)
        for invoice in invoices:
            lines = [stripe_objects.line(row) for row in rows if row["invoice_id"] == invoice]
            lines = [newer_line(line) for line in lines] if shape == "newer" else lines
            server.says(f"/v1/invoices/{invoice}/lines", Reply({"object": "list", "has_more": False, "data": lines}))
        house.land(parents)
        result = house.land(contract, parents=contracts["stripe", "invoices"])
        assert (result.status, result.quarantined) == ("committed", 0), result
        landed.append(house.rows(contract, order="all"))
    assert {row[5] for row in landed[0]} == {"subscription", "invoiceitem"}
    assert landed[1] == landed[0]
