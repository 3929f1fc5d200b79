"""The online retailer's numbers worked out line by line in plain Python, sharing nothing with the models.

Belongs here: reading the exports with the csv module, counting and adding. Times stay the shop's own clock, as the file writes
them, and money is whole thousandths of a pound, the finest price in the files. Does not belong here: SQL, dbt, landing.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

NOT_GOODS = {"POST", "DOT", "C2", "AMAZONFEE", "BANK CHARGES", "CRUK", "S"}


@dataclass
class Month:
    """One calendar month; money in thousandths of a pound. `repeat` and `buyers` are customers."""

    revenue: int = 0
    orders: int = 0
    refunded: int = 0
    buyers: int = 0
    repeat: int = 0
    new: int = 0


@dataclass
class Retail:
    """Everything that the tests compare: facts of the files, and the months of what they mean."""

    lines: int = 0
    duplicates: int = 0
    guest_lines: int = 0
    cancellation_lines: int = 0
    least_price: int = 0
    net: int = 0
    net_of_duplicates: int = 0
    invoices: set[str] = field(default_factory=set)
    cancellations: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    months: dict[str, Month] = field(default_factory=lambda: defaultdict(Month))
    customers_with_orders: int = 0
    customers_with_two: int = 0


def read_exports(folder: Path) -> Retail:
    """Count and add the daily exports `*.csv.gz` of `folder`."""
    retail = Retail()
    placed: dict[str, tuple[str, str]] = {}  # invoice -> (earliest time, customer)
    for file in sorted(folder.glob("*.csv.gz")):
        seen: set[tuple[str, ...]] = set()
        with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
            reader = csv.reader(handle)
            next(reader)
            for row in reader:
                _count(retail, row)
                if tuple(row) in seen:
                    retail.duplicates += 1
                    retail.net_of_duplicates += _money(row)
                    continue
                seen.add(tuple(row))
                _book(retail, placed, row)
    _count_customers(retail, placed)
    return retail


def _money(row: list[str]) -> int:
    return int(row[3]) * int(Decimal(row[5]) * 1000)


def _count(retail: Retail, row: list[str]) -> None:
    invoice, _, _, _, _, price, customer, country = row
    retail.lines += 1
    retail.net += _money(row)
    retail.least_price = min(retail.least_price, int(Decimal(price) * 1000))
    retail.invoices.add(invoice)
    retail.countries.add(country)
    if customer:
        retail.customers.add(customer)
    else:
        retail.guest_lines += 1
    if invoice[0] == "C":
        retail.cancellation_lines += 1
        retail.cancellations.add(invoice)


def _book(retail: Retail, placed: dict[str, tuple[str, str]], row: list[str]) -> None:
    invoice, code, _, _, time, _, customer, _ = row
    amount = _money(row)
    if code.strip().upper() in NOT_GOODS or invoice[0] == "A" or amount == 0:
        return
    if invoice[0] == "C":
        assert amount < 0, row
        retail.months[time[:7]].refunded -= amount
        return
    assert amount > 0, row
    # The parts of an invoice lie within minutes; no invoice of the files crosses a month.
    retail.months[time[:7]].revenue += amount
    placed[invoice] = min(placed.get(invoice, (time, customer)), (time, customer))


def _count_customers(retail: Retail, placed: dict[str, tuple[str, str]]) -> None:
    orders_so_far: Counter[str] = Counter()
    by_month: dict[str, Counter[str]] = defaultdict(Counter)
    for time, customer in placed.values():
        retail.months[time[:7]].orders += 1
        if customer:
            by_month[time[:7]][customer] += 1
    for name in sorted(by_month):
        month = retail.months[name]
        month.buyers = len(by_month[name])
        month.new = sum(customer not in orders_so_far for customer in by_month[name])
        orders_so_far.update(by_month[name])
        month.repeat = sum(orders_so_far[customer] >= 2 for customer in by_month[name])
    retail.customers_with_orders = len(orders_so_far)
    retail.customers_with_two = sum(count >= 2 for count in orders_so_far.values())
