"""Stripe's contracts, as they stand, against a server of Stripe's API that others wrote: localstripe, from the package index.

It knows an older version of the API: prices, disputes and `types[]` of events are not there, and a product has no `updated`. What it has is
asked for with small pages, so that paging by its own `has_more` is what brings the rows.
"""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import TableContract, load_contracts
from tests.extract.house import Fetcher

KEY = "sk_test_localstripe"


class Stripe:
    """A localstripe that runs: `url` is its origin."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def call(self, path: str, **form: Any) -> dict[str, Any]:
        """POST a form, or GET without one; the answer's JSON."""
        data = urllib.parse.urlencode(form).encode() if form else None
        given = base64.b64encode(f"{KEY}:".encode()).decode()
        request = urllib.request.Request(f"{self.url}/v1/{path}", data, {"Authorization": f"Basic {given}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def stripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stripe]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path_factory.mktemp("localstripe") / "log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        running = Stripe(port)
        deadline = time.monotonic() + 60
        while True:
            try:
                running.call("coupons")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None and time.monotonic() < deadline, Path(log.name).read_text()
                time.sleep(0.1)
        yield running
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    house = Fetcher(tmp_path)
    house.secrets = {"STRIPE_API_KEY": KEY}
    return house


#: What localstripe's older version of the API does not answer with; Stripe's own always does.
LACKING = {"coupons": ("name",), "refunds": ("reason",)}


def by_pages_of(manifest_path: Path, stripe: Stripe, table: str, size: int) -> TableContract:
    """The house's contract of a table of Stripe, asking localstripe for pages of `size`."""
    contract = load_contracts(manifest_path)["stripe", table].asking(stripe.url)
    endpoint = replace(contract.rest.endpoint, params={**contract.rest.endpoint.params, "limit": size})
    absent = (*contract.rest.may_be_absent, *LACKING.get(table, ()))
    return replace(contract, rest=replace(contract.rest, endpoint=endpoint, may_be_absent=absent))


def test_a_list_comes_whole_over_its_own_pages(manifest_path: Path, stripe: Stripe, fetcher: Fetcher) -> None:
    """Seven coupons by twos: four pages, the last of one, and nothing twice."""
    for number in range(5):
        stripe.call("coupons", id=f"OFF-{number}", percent_off=10 * (number + 1), duration="forever")
    stripe.call("coupons", id="FIVE-EUR", amount_off=500, currency="eur", duration="once")
    stripe.call("coupons", id="MANY-JPY", amount_off=500, currency="jpy", duration="repeating", duration_in_months=3)
    contract = by_pages_of(manifest_path, stripe, "coupons", 2)
    result = fetcher.land(contract)
    assert (result.status, result.accepted, result.quarantined, result.duplicates, result.error) == ("committed", 7, 0, 0, "")
    assert len(fetcher.pages(contract)) == 4
    # 500 is five euros and five hundred yen: minor units by ISO 4217.
    assert fetcher.rows(contract, "id", "percent_off", "amount_off", "duration") == [
        ("FIVE-EUR", None, Decimal("5.0000"), "once"),
        ("MANY-JPY", None, Decimal("500.0000"), "repeating"),
        *[(f"OFF-{number}", Decimal(10 * (number + 1)), None, "forever") for number in range(5)],
    ]


def test_charges_and_their_refunds_land_with_what_was_paid(manifest_path: Path, stripe: Stripe, fetcher: Fetcher) -> None:
    card = {"source[object]": "card", "source[number]": "4242424242424242", "source[exp_month]": 12, "source[exp_year]": 2030}
    customer = stripe.call("customers", email="a@b.example", **{**card, "source[cvc]": 123})["id"]
    paid = [stripe.call("charges", customer=customer, amount=amount, currency="usd") for amount in (100, 2_350, 99_999)]
    refund = stripe.call("refunds", charge=paid[1]["id"], amount=350)
    charges, refunds = (by_pages_of(manifest_path, stripe, table, 2) for table in ("charges", "refunds"))
    assert [fetcher.land(contract).error for contract in (charges, refunds)] == ["", ""]
    assert sorted(fetcher.rows(charges, "id", "amount", "currency", "status")) == sorted(
        (each["id"], Decimal(each["amount"]) / 100, "usd", "succeeded") for each in paid
    )
    assert fetcher.rows(refunds, "id", "charge_id", "amount") == [(refund["id"], paid[1]["id"], Decimal("3.5000"))]


def test_a_wrong_key_fails_at_once_and_is_not_told(manifest_path: Path, stripe: Stripe, fetcher: Fetcher) -> None:
    fetcher.secrets = {"STRIPE_API_KEY": "not-a-key-of-stripe"}
    result = fetcher.land(by_pages_of(manifest_path, stripe, "coupons", 2))
    assert result.status == "failed" and "STRIPE_API_KEY" in result.error and "not-a-key-of-stripe" not in result.error
    assert fetcher.time.waits == []


def test_a_field_that_this_version_lacks_is_named(manifest_path: Path, stripe: Stripe, fetcher: Fetcher) -> None:
    stripe.call("products", name="Team", type="service")
    result = fetcher.land(by_pages_of(manifest_path, stripe, "products", 2))
    assert result.status == "failed" and "lacks 'updated'" in result.error
