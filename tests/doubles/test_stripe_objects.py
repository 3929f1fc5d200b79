"""Stripe's own specimens of its objects, in the API's newest shape, through the contracts as they stand: all accepted, no value lost.

The specimens (fixtures3.json of Stripe's published API description) are as Stripe made them up: nothing in them is changed here, and what
each column must hold is looked up by a path written by hand. Where a specimen has both of two fields that a real object would not have
together, the contract's order decides, as the path says.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import TableContract, load_contracts
from tests.conftest import SHARED_DATA
from tests.extract.house import Fetcher
from tests.extract.server import Reply, Server

FILE = SHARED_DATA / "stripe_api_objects" / "fixtures3.json"
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason=f"Stripe's specimens are not here: expected {FILE.relative_to(SHARED_DATA.parent)}"
)

#: When each event was written: 2026-01-01 00:00:00 UTC, in seconds since 1970.
WRITTEN = 1_767_225_600

SUBSCRIPTION = {
    "status": "status", "trial_start": "trial_start", "trial_end": "trial_end", "cancel_at_period_end": "cancel_at_period_end",
    "ended_at": "ended_at", "cancellation_reason": "cancellation_details.reason",
}  # fmt: skip
#: Table -> (specimen, column -> where in the specimen its value is). "=..." is no path, but the value itself.
OBJECTS: dict[str, tuple[str, dict[str, str]]] = {
    "products": ("product", {"id": "id", "name": "name", "active": "active", "created": "created", "updated": "updated"}),
    "prices": (
        "price",
        {
            "id": "id", "product_id": "product", "currency": "currency", "nickname": "nickname", "type": "type",
            "billing_scheme": "billing_scheme", "tiers_mode": "tiers_mode", "unit_amount": "unit_amount",
            "recurring_interval": "recurring.interval", "recurring_interval_count": "recurring.interval_count",
            "recurring_usage_type": "recurring.usage_type", "active": "active", "created": "created",
        },
    ),
    "coupons": (
        "coupon",
        {
            "id": "id", "name": "name", "percent_off": "percent_off", "currency": "currency", "amount_off": "amount_off",
            "duration": "duration", "duration_in_months": "duration_in_months", "created": "created",
        },
    ),
    "charges": (
        "charge",
        {
            "id": "id", "customer_id": "customer", "currency": "currency", "amount": "amount", "status": "status",
            "failure_code": "failure_code", "created": "created",
        },
    ),
    "refunds": (
        "refund",
        {
            "id": "id", "charge_id": "charge", "currency": "currency", "amount": "amount", "reason": "reason", "status": "status",
            "created": "created",
        },
    ),
    "disputes": (
        "dispute",
        {
            "id": "id", "charge_id": "charge", "currency": "currency", "amount": "amount", "reason": "reason", "status": "status",
            "created": "created",
        },
    ),
}  # fmt: skip
EVENTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "customers": (
        "customer.created",
        "customer",
        {
            "id": "id", "created": "created", "updated": f"={WRITTEN}", "email": "email", "name": "name", "currency": "currency",
            "address_country": "address.country", "delinquent": "delinquent", "deleted": "=false",
        },
    ),
    "subscriptions": (
        "customer.subscription.updated",
        "subscription",
        {
            **SUBSCRIPTION, "id": "id", "customer_id": "customer", "currency": "currency", "created": "created",
            "start_date": "start_date", "canceled_at": "canceled_at", "updated": f"={WRITTEN}",
        },
    ),
    "subscription_history": (
        "customer.subscription.created",
        "subscription",
        {
            **SUBSCRIPTION, "subscription_id": "id", "effective_at": f"={WRITTEN}", "pause_collection": "pause_collection.behavior",
            "current_period_start": "items.data.0.current_period_start", "current_period_end": "items.data.0.current_period_end",
        },
    ),
    "subscription_item_history": (
        "customer.subscription.created",
        "subscription",
        {
            "id": "items.data.0.id", "subscription_id": "items.data.0.subscription", "effective_at": f"={WRITTEN}",
            "price_id": "items.data.0.price.id", "quantity": "items.data.0.quantity", "deleted": "=false",
        },
    ),
    "discounts": (
        "customer.discount.created",
        "discount",
        {
            "id": "id", "coupon_id": "source.coupon", "customer_id": "customer", "subscription_id": "subscription", "start": "start",
            "end": "end",
        },
    ),
    "invoices": (
        "invoice.created",
        "invoice",
        {
            "id": "id", "customer_id": "customer", "subscription_id": "parent.subscription_details.subscription", "status": "status",
            "billing_reason": "billing_reason", "currency": "currency", "subtotal": "subtotal", "tax": "total_taxes", "total": "total",
            "amount_due": "amount_due", "amount_paid": "amount_paid", "attempt_count": "attempt_count", "created": "created",
            "paid_at": "status_transitions.paid_at", "period_start": "period_start", "period_end": "period_end",
            "updated": f"={WRITTEN}",
        },
    ),
}  # fmt: skip
LINE = {
    "id": "id", "invoice_id": "invoice", "subscription_id": "parent.subscription_item_details.subscription",
    "subscription_item_id": "parent.subscription_item_details.subscription_item", "type": "=invoiceitem", "currency": "currency",
    "amount": "amount", "quantity": "quantity", "proration": "parent.subscription_item_details.proration", "description": "description",
    "period_start": "period.start", "period_end": "period.end",
}  # fmt: skip
#: What the newest shape has no field for, or these specimens have not, and so is null.
NOT_CARRIED = {
    "products": {"metadata_kind"},
    "charges": {"invoice_id"},
    "customers": {"metadata_segment"},
    "invoice_line_items": {"price_id"},
}


@pytest.fixture(scope="module")
def specimens() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))["resources"]


@pytest.fixture(scope="module")
def contracts(manifest_path: Path) -> dict[str, TableContract]:
    return {table: each for (source, table), each in load_contracts(manifest_path).items() if source == "stripe" and each.rest}


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    house = Fetcher(tmp_path)
    house.secrets = {"STRIPE_API_KEY": "sk_test_specimens"}
    return house


def serve(server: Server, path: str, *records: Any) -> None:
    server.says(path, Reply({"object": "list", "url": path, "has_more": False, "data": records}))


def event(specimens: dict[str, Any], kind: str, told: Any) -> dict[str, Any]:
    """The specimen of an event, telling of another object."""
    return {**specimens["event"], "type": kind, "created": WRITTEN, "data": {"object": told}}


def value(contract: TableContract, column: str, specimen: Any, path: str) -> Any:
    """What must land: times from seconds since 1970, money from cents."""
    found = specimen
    if path.startswith("="):
        found = path[1:]
        found = int(found) if found.isdigit() else {"false": False}.get(found, found)
    else:
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else None if found is None else found[step]
    declared = contract.column(column)
    if found is None:
        return None
    if declared.type == "timestamp":
        return dt.datetime.fromisoformat("1970-01-01") + dt.timedelta(seconds=found)
    return Decimal(found) / 100 if declared.money else found


def check(contract: TableContract, fetcher: Fetcher, specimen: Any, paths: dict[str, str], more: dict[str, Any] | None = None) -> None:
    more = more or {}
    nulls = NOT_CARRIED.get(contract.table, set())
    names = [column.name for column in contract.columns]
    assert set(names) == {*paths, *more, *nulls}, "each column is looked up by hand, or is not carried"
    wanted = {name: value(contract, name, specimen, path) for name, path in paths.items()} | more | dict.fromkeys(nulls)
    landed = [dict(zip(names, row, strict=True)) for row in fetcher.rows(contract)]
    assert wanted in landed, landed


@pytest.mark.parametrize("table", sorted(OBJECTS))
def test_a_list_s_object_lands_whole(
    table: str, specimens: dict[str, Any], contracts: dict[str, TableContract], server: Server, fetcher: Fetcher
) -> None:
    name, paths = OBJECTS[table]
    serve(server, f"/v1/{table}", specimens[name])
    contract = contracts[table].asking(server.url)
    result = fetcher.land(contract)
    assert (result.status, result.accepted, result.quarantined, result.warnings) == ("committed", 1, 0, ()), result
    check(contract, fetcher, specimens[name], paths)


@pytest.mark.parametrize("table", sorted(EVENTS))
def test_an_event_s_object_lands_whole(
    table: str, specimens: dict[str, Any], contracts: dict[str, TableContract], server: Server, fetcher: Fetcher
) -> None:
    kind, name, paths = EVENTS[table]
    serve(server, "/v1/events", event(specimens, kind, specimens[name]))
    contract = contracts[table].asking(server.url)
    result = fetcher.land(contract)
    assert (result.status, result.accepted, result.quarantined, result.warnings) == ("committed", 1, 0, ()), result
    check(contract, fetcher, specimens[name], paths)


def test_lines_land_whole(specimens: dict[str, Any], contracts: dict[str, TableContract], server: Server, fetcher: Fetcher) -> None:
    """Two specimens: the line item itself, and the one within the invoice."""
    invoice, line = specimens["invoice"], specimens["line_item"]
    within = invoice["lines"]["data"][0]
    serve(server, "/v1/events", event(specimens, "invoice.created", invoice))
    serve(server, f"/v1/invoices/{invoice['id']}/lines", line, within)
    parents, contract = (contracts[table].asking(server.url) for table in ("invoices", "invoice_line_items"))
    fetcher.land(parents)
    result = fetcher.land(contract, parents=contracts["invoices"])
    assert (result.status, result.accepted, result.quarantined, result.warnings) == ("committed", 2, 0, ()), result
    made = {"created": value(parents, "created", invoice, "created")}
    for each in (line, within):
        check(contract, fetcher, each, LINE, made)


def test_a_price_without_tiers_has_no_row_among_tiers(
    specimens: dict[str, Any], contracts: dict[str, TableContract], server: Server, fetcher: Fetcher
) -> None:
    serve(server, "/v1/prices", specimens["price"])
    result = fetcher.land(contracts["price_tiers"].asking(server.url))
    assert (result.status, result.accepted, result.quarantined, result.error) == ("committed", 0, 0, "")


def test_every_table_of_the_api_has_its_specimen(contracts: dict[str, TableContract]) -> None:
    assert {*OBJECTS, *EVENTS, "invoice_line_items", "price_tiers"} == set(contracts)


def test_lists_are_asked_for_in_the_last_version_that_names_a_charge_s_invoice(contracts: dict[str, TableContract]) -> None:
    """The specimen above has none: with a newer version every charge would land without, and nothing would say so."""
    assert contracts["charges"].rest.client.headers == {"Stripe-Version": "2025-02-24.acacia"}
