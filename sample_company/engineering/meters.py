"""What accounts use, driver by driver and day by day.

Belongs here: whole quantities for each account, driver and local day. Planted: every so many accounts a power user of more than a hundred
times the others. The firm's own test accounts run where nothing is metered.
Does not belong here: prices (`bills`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import exp
from random import Random

from sample_company import excluded
from sample_company.clock import ENDS_ON
from sample_company.engineering.states import Usage
from sample_company.truth.mrr import Timeline


@dataclass(frozen=True)
class Driver:
    """`typical` is the median of a day on which it is used; `chance` that an account uses it at all; `kept_days` of a week."""

    name: str
    unit: str
    typical: int
    chance: float
    days: int


DRIVERS = (
    Driver("ai_calls", "calls", 60, 0.6, 2),
    Driver("storage", "gb_days", 90, 0.8, 2),
    Driver("email", "mails", 70, 0.45, 1),
    Driver("jobs", "runs", 40, 0.5, 1),
    Driver("webhooks", "events", 120, 0.3, 2),
    Driver("analytics_retention", "gb_days", 50, 0.25, 1),
    Driver("third_party_apis", "calls", 30, 0.6, 2),
)
UNITS = {driver.name: driver.unit for driver in DRIVERS}
POWER_EVERY, POWER_FROM, POWER_TIMES = 25, 4, 66
# How much a plan uses against another.
PLAN_TIMES = {"Free": 0.4, "Starter": 0.8, "Team": 1.0, "Business": 1.4, "Enterprise": 2.5, "Kiosk": 0.9}


def is_power_user(number: int) -> bool:
    """Whether the account of that number uses far more than the others."""
    return number % POWER_EVERY == POWER_FROM


def usage(timeline: Timeline, seed: int) -> list[Usage]:
    """Everything an account used while it was in service, by driver and day."""
    number, account_id = timeline.account.number, timeline.account.id
    if number in excluded.ACCOUNT_NUMBERS:
        return []
    rng = Random(f"{seed}/engineering/meter/{number}")
    power = is_power_user(number)
    habits = []
    for driver in DRIVERS:
        uses, weekdays, level = rng.random() < driver.chance, rng.sample(range(7), driver.days), exp(rng.gauss(0, 0.35))
        if uses or power or driver.name == "storage":
            # Who uses a hundred times as much does not vary by chance as well.
            habits.append((driver, weekdays, driver.typical * (POWER_TIMES if power else level)))
    found = []
    following = [*[day.first for day in timeline.days[1:]], ENDS_ON + timedelta(days=1)][: len(timeline.days)]
    for state, then in zip(timeline.days, following, strict=True):
        times = 1.0 if power else PLAN_TIMES.get(state.plan, 1.0)
        day = state.first
        while state.items and day < then:
            weekday = day.weekday()
            for driver, weekdays, level in habits:
                if weekday in weekdays:
                    found.append(Usage(account_id, day, driver.name, max(int(level * times * (0.6 + 0.8 * rng.random())), 1)))
            day += timedelta(days=1)
    return found
