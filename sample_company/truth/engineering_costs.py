"""Which account cost what, driver by driver, what lay idle, and what ran and failed.

Belongs here: a driver's month, which is the used cloud services that it stands behind (third-party calls: the ledger's line), split by
quantity; idle cost; runs, retries and deliveries by month. Amounts are ten-thousandths of the reporting currency, each charge converted
at its day's rate. Support time is not metered here.
Does not belong here: the bill (`engineering.bills`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sample_company import excluded
from sample_company.clock import month_start
from sample_company.engineering.states import Engineering
from sample_company.growth.rates import DayRates
from sample_company.growth.states import World
from sample_company.money import round_half_away
from sample_company.truth.engineering_delivery import month_of
from sample_company.truth.growth_costs import ledger_months

SERVICE_OF = {
    "GPU Inference": "ai_calls",
    "Object Storage": "storage",
    "Mail Delivery": "email",
    "Job Runner": "jobs",
    "Event Gateway": "webhooks",
    "Analytics Store": "analytics_retention",
}
LEDGER_DRIVER = ("third_party_apis", "third_party_usage")
METERED_MONTHS = 3


@dataclass
class JobMonth:
    """Runs by the local month in which they ended, attempts and failed deliveries by that of the attempt."""

    runs: int = 0
    failed: int = 0
    retries: int = 0
    attempts: int = 0
    failed_deliveries: int = 0


def excluded_ids() -> frozenset[str]:
    """Accounts that are nobody's customers, without the prefix."""
    return frozenset(f"cus_{number:06d}" for number in excluded.ACCOUNT_NUMBERS)


def driver_costs(made: Engineering, world: World, rates: DayRates, as_of: date) -> dict[tuple[date, str], int]:
    """Cost of a month and driver."""
    costs: dict[tuple[date, str], int] = defaultdict(int)
    for charge in made.charges:
        if charge.day <= as_of and charge.kind == "Usage" and not charge.is_unused and charge.service in SERVICE_OF:
            amount = rates.to_reporting(charge.effective, charge.currency, charge.day)
            costs[month_start(charge.day), SERVICE_OF[charge.service]] += amount
    driver, category = LEDGER_DRIVER
    for (month, name, product), amount in ledger_months(world, rates, as_of).items():
        if (name, product) == (category, "all"):
            costs[month, driver] += amount
    return costs


def account_costs(made: Engineering, world: World, rates: DayRates, as_of: date) -> list[tuple[date, str, str, int, int]]:
    """(month, account, driver, quantity, cost) of the metered months. The parts of a driver's month are rounded one by one."""
    first = month_start(as_of, 1 - METERED_MONTHS)
    used: dict[tuple[date, str, str], int] = defaultdict(int)
    whole: dict[tuple[date, str], int] = defaultdict(int)
    for one in made.usage:
        if first <= one.day <= as_of:
            used[month_start(one.day), one.account_id, one.driver] += one.quantity
            whole[month_start(one.day), one.driver] += one.quantity
    costs = driver_costs(made, world, rates, as_of)
    left_out = excluded_ids()
    return [
        (month, account, driver, quantity, round_half_away(Fraction(costs.get((month, driver), 0) * quantity, whole[month, driver])))
        for (month, account, driver), quantity in sorted(used.items())
        if account not in left_out
    ]


def idle_months(made: Engineering, rates: DayRates, as_of: date) -> dict[date, int]:
    """What was paid for and not used, by month."""
    months: dict[date, int] = defaultdict(int)
    for charge in made.charges:
        if charge.day <= as_of:
            months[month_start(charge.day)] += rates.to_reporting(charge.effective, charge.currency, charge.day) if charge.is_unused else 0
    return dict(sorted(months.items()))


def job_months(made: Engineering, cut: datetime) -> dict[date, JobMonth]:
    """Runs that ended and attempts made before `cut`; those of excluded accounts are left out, those of no account are in."""
    months: dict[date, JobMonth] = defaultdict(JobMonth)
    left_out = excluded_ids()
    for run in made.runs:
        if run.finished is not None and run.finished < cut and run.account_id not in left_out:
            month = months[month_of(run.finished)]
            month.runs += 1
            month.failed += run.status in ("failed", "timed_out")
            month.retries += run.attempt > 1
    last = {}
    for one in made.attempts:
        if one.at < cut and one.account_id not in left_out:
            months[month_of(one.at)].attempts += 1
            if one.delivery_id not in last or last[one.delivery_id].attempt < one.attempt:
                last[one.delivery_id] = one
    for one in last.values():
        months[month_of(one.at)].failed_deliveries += one.status_code is None or not 200 <= one.status_code < 300
    return dict(sorted(months.items()))
