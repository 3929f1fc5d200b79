"""Simulate, then write the exports and, apart from them, the truth.

Belongs here: how many lives a scale has, and the order of the steps.
Does not belong here: arguments of a shell (`cli`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sample_company import excluded
from sample_company.changes import ChangeLog
from sample_company.clock import ENDS_ON, STARTS_ON
from sample_company.engineering.rows import log_engineering
from sample_company.engineering.world import build_engineering
from sample_company.exports import write_exports
from sample_company.growth.rows import log_world
from sample_company.growth.world import build_world
from sample_company.mess import write_mess
from sample_company.personas import live
from sample_company.service.rows import log_service
from sample_company.service.world import build_service
from sample_company.shop import Shopper, shop
from sample_company.shop_rows import log_shopper
from sample_company.states import Account
from sample_company.stripe_rows import log_account, log_catalogue
from sample_company.truth.engineering_tables import write_engineering_truth
from sample_company.truth.growth_tables import write_growth_truth
from sample_company.truth.service_tables import write_service_truth
from sample_company.truth.tables import write_truth

ACCOUNTS = 450
SHOPPERS = 4000


class CannotWrite(ValueError):
    """An argument of `write` cannot be used; the message says which and what to give."""


@dataclass
class Written:
    """Rows by file, relative to the inbox and to the truth's folder."""

    exports: dict[str, int] = field(default_factory=dict)
    truth: dict[str, int] = field(default_factory=dict)


def simulate_accounts(scale: float, seed: int) -> Iterator[Account]:
    """The accounts of a scale; account n is the same at every scale."""
    for number in range(1, max(round(ACCOUNTS * scale), 1) + 1):
        yield live(number, seed).account


def simulate_shoppers(scale: float, seed: int) -> Iterator[Shopper]:
    """The shoppers of a scale; shopper n is the same at every scale."""
    for number in range(1, max(round(SHOPPERS * scale), 1) + 1):
        yield shop(number, seed)


def write(
    inbox: Path,
    truth: Path | None = None,
    *,
    scale: float = 1.0,
    seed: int = 7,
    until: date = ENDS_ON,
    since: date | None = None,
    mess: bool = False,
) -> Written:
    """Write the company's exports under `inbox/<source>/<table>/` and its truth under `truth/`, as known at the end of `until`.

    With `since`, only rows made or changed on the days since..until are exported; the truth is always whole. Without `truth`, none is
    written. The same arguments write the same bytes. Raises CannotWrite when the days are outside the simulated years or in the wrong
    order, when the scale is not positive, or when mess is asked for without a place for its list.
    """
    if not STARTS_ON <= until <= ENDS_ON:
        raise CannotWrite(f"until={until}: the company lives from {STARTS_ON} to {ENDS_ON}; give a day of those")
    if since is not None and not STARTS_ON <= since <= until:
        raise CannotWrite(f"from={since}: give a day from {STARTS_ON} to until={until}")
    if scale <= 0:
        raise CannotWrite(f"scale={scale}: give a number above 0")
    if mess and truth is None:
        raise CannotWrite("mess: the list of planted faults is written into the truth's folder; give one")
    accounts = list(simulate_accounts(scale, seed))
    shoppers = list(simulate_shoppers(scale, seed))
    log = ChangeLog()
    log_catalogue(log)
    for account in accounts:
        log_account(log, account)
    for shopper in shoppers:
        log_shopper(log, shopper)
    world = build_world(accounts, shoppers, scale, seed)
    log_world(log, world)
    service = build_service(accounts, world, seed)
    log_service(log, service)
    engineering = build_engineering(accounts, world, scale, seed)
    log_engineering(log, engineering, until)
    written = Written(exports=write_exports(log, inbox, until, since))
    if truth is not None:
        real = [account for account in accounts if account.number not in excluded.ACCOUNT_NUMBERS]
        buyers = [shopper for shopper in shoppers if shopper.number not in excluded.SHOPPER_NUMBERS]
        written.truth = write_truth(truth, real, buyers, until) | write_growth_truth(truth, world, accounts, until)
        written.truth |= write_service_truth(truth, service, world, accounts, until)
        written.truth |= write_engineering_truth(truth, engineering, world, until)
        with (truth / "excluded_accounts.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([excluded.HEADER, *excluded.rows()])
        if mess:
            written.exports |= write_mess(inbox, truth, until)
    return written
