"""The cloud provider's bill.

Belongs here: one charge for a day and service, priced by the unit; what was reserved and lay idle; taxes, credits, a purchase, a
correction, a service of no driver. A price never changes inside a month, so that a month's charges are its price times its usage.
Does not belong here: who caused them (`truth.engineering_costs`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sample_company.clock import ENDS_ON, STARTS_ON
from sample_company.engineering.states import Charge, Usage


@dataclass(frozen=True)
class Service:
    """A cloud service of a driver; `prices` are (first day, ten-thousandths of `currency` for a unit), the first from the beginning."""

    name: str
    category: str
    driver: str
    currency: str
    unit: str
    prices: tuple[tuple[date, int], ...]

    def price_on(self, day: date) -> int:
        return next(price for first, price in reversed(self.prices) if first <= day)


SERVICES = (
    Service("GPU Inference", "AI and Machine Learning", "ai_calls", "USD", "Calls", ((STARTS_ON, 30), (date(2025, 7, 1), 22))),
    Service("Object Storage", "Storage", "storage", "USD", "GB-Days", ((STARTS_ON, 8),)),
    Service("Mail Delivery", "Integration", "email", "EUR", "Mails", ((STARTS_ON, 7),)),
    Service("Job Runner", "Compute", "jobs", "USD", "Runs", ((STARTS_ON, 12), (date(2026, 1, 1), 11))),
    Service("Event Gateway", "Integration", "webhooks", "USD", "Events", ((STARTS_ON, 4),)),
    Service("Analytics Store", "Analytics", "analytics_retention", "USD", "GB-Days", ((STARTS_ON, 15),)),
)
RESERVED, UNMAPPED, OTHER = "Compute Reserve", "Build Minutes", "Other"
# Ten-thousandths a day at scale 1: what is reserved, and the machines that build the product.
RESERVED_A_DAY, BUILDS_A_DAY = 120_000, 45_000
TAX_PERCENT, CREDIT_PERCENT = 8, 5


def charges(usage: Iterable[Usage], scale: float) -> list[Charge]:
    """Every charge of the simulated years; the amounts of no account grow with the scale."""
    used: dict[tuple[date, str], int] = defaultdict(int)
    for one in usage:
        used[one.day, one.driver] += one.quantity
    found: list[Charge] = []
    day, month_usd = STARTS_ON, 0
    while day <= ENDS_ON:
        for service in SERVICES:
            quantity = used.get((day, service.driver), 0)
            if quantity:
                cost = quantity * service.price_on(day)
                # Storage is paid in advance by a plan, analytics at the list price.
                billed = {"Object Storage": 0, "Analytics Store": cost + cost // 10}.get(service.name, cost)
                key = f"{day}/{service.name}"
                more = {"quantity": quantity, "unit": service.unit}
                found.append(Charge(key, day, service.currency, billed, cost, service.name, service.category, "Usage", **more))
                month_usd += cost if service.currency == "USD" else 0
        found += _reserved(day, scale)
        found.append(_of_nobody(day, UNMAPPED, "Developer Tools", "Usage", round(BUILDS_A_DAY * scale)))
        if (day + timedelta(days=1)).day == 1:
            found += _month_end(day, month_usd, scale)
            month_usd = 0
        day += timedelta(days=1)
    return found


def _of_nobody(day: date, service: str, category: str, kind: str, effective: int, billed: int | None = None) -> Charge:
    amount = effective if billed is None else billed
    return Charge(f"{day}/{service}/{kind}", day, "USD", amount, effective, service, category, kind)


def _reserved(day: date, scale: float) -> list[Charge]:
    """The reserve lies idle at weekends (a commitment) and on the days before a month's end (a capacity); else it is used."""
    amount = round(RESERVED_A_DAY * scale)
    commitment = capacity = ""
    if day.weekday() >= 5:
        commitment = "Unused"
    elif day.day >= 28:
        capacity = "Unused"
    else:
        commitment = "Used"
    return [Charge(f"{day}/{RESERVED}", day, "USD", 0, amount, RESERVED, "Compute", "Usage", commitment, capacity)]


def _month_end(day: date, usage: int, scale: float) -> list[Charge]:
    """Taxes on a mapped service every month, the purchase of the reserve, a credit every quarter, a correction in August."""
    found = [_of_nobody(day, "Object Storage", "Storage", "Tax", usage * TAX_PERCENT // 100)]
    found.append(_of_nobody(day, RESERVED, "Compute", "Purchase", 0, round(RESERVED_A_DAY * scale) * 30))
    if day.month % 3 == 0:
        found.append(_of_nobody(day, "GPU Inference", "AI and Machine Learning", "Credit", -(usage * CREDIT_PERCENT // 100)))
    if day.month == 8:
        found.append(_of_nobody(day, "Job Runner", "Compute", "Adjustment", round(25_000 * scale)))
    return found
