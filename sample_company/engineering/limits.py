"""Limits of the plans, accounts that come to them, and deals outside the packages.

Belongs here: the catalogue of limits, episodes of one account at one limit (at most one for each pair), exceptions. Planted by the
account's number: overages after two warnings, overages without any, limits reached before an expansion inside fourteen days and outside.
The kiosk plan has no limit, and two drivers of cost are bounded by none. An episode's events are whole days apart.
Does not belong here: expansions (`truth.mrr`), and what a warning is worth (`truth.engineering_limits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from sample_company.clock import ENDS_ON, STARTS_ON, day_begins, instant
from sample_company.engineering.states import LimitEvent, PackagingException
from sample_company.money import EXPONENTS
from sample_company.truth.mrr import Timeline


@dataclass(frozen=True)
class Limit:
    """A limit of a plan; quantity a month (None: without bound), cents of one unit above (None: blocked), hundredths of warning."""

    plan: str
    name: str
    boundary: str
    driver: str
    quantity: int | None
    overage: int | None
    warn_at: int | None
    valid_from: date = STARTS_ON


PLANS = ("Free", "Starter", "Team", "Business", "Enterprise")
_RAISED_ON = date(2025, 1, 1)
# (name, boundary, driver, quantity by plan, cents above, hundredths at which a warning goes out)
_LIMITS = (
    ("ai_calls_per_month", "volume", "ai_calls", (200, 1000, 3000, 10_000, None), 1, 80),
    ("storage_gb", "volume", "storage", (300, 1500, 4000, 12_000, 60_000), 2, 80),
    ("emails_per_month", "volume", "email", (100, 1000, 3000, 9000, 40_000), 1, None),
    ("job_runs_per_month", "automation", "jobs", (60, 400, 1200, 4000, 20_000), None, 90),
    ("webhook_events", "automation", "webhooks", (0, 500, 4000, 15_000, 60_000), None, 90),
    ("seats", "seats", "", (2, 10, 50, 200, None), None, 90),
    ("workspaces", "workspaces", "", (1, 2, 5, 20, None), None, 80),
    ("roles", "permissions", "", (1, 2, 4, 8, None), None, None),
    ("support_channels", "support_level", "", (0, 1, 2, 3, 3), None, None),
)
LIMITS = tuple(
    Limit(plan, name, boundary, driver, quantity, overage if plan != "Free" else None, warn)
    for name, boundary, driver, quantities, overage, warn in _LIMITS
    for plan, quantity in zip(PLANS, quantities, strict=True)
) + tuple(
    Limit(plan, "ai_calls_per_month", "volume", "ai_calls", quantity, 1, 80, _RAISED_ON)
    for plan, quantity in (("Starter", 1500), ("Team", 5000), ("Business", 15_000))
)
WARNED, SURPRISED, FORCED, OUTSIDE, EXCEPTED = (9, 2), (9, 5), (3, 0), (3, 1), (8, 6)
VOLUMES = ("ai_calls_per_month", "storage_gb", "emails_per_month")
EXCEPTIONS = ("custom_price", "hidden_concept", "manual_approval", "custom_limit")


def expansions(timeline: Timeline) -> list[date]:
    """Days at whose end a paying account pays more than at the end of the day before."""
    return [after.first for before, after in pairwise(timeline.days) if before.is_paying and after.mrr > before.mrr]


class _Episode:
    def __init__(self, timeline: Timeline, limit: str, rng: Random) -> None:
        self.timeline, self.limit = timeline, limit
        self.second = rng.randint(10 * 3600, 18 * 3600)
        self.events: list[LimitEvent] = []

    def add(self, kind: str, day: date, currency: str = "", amount: int | None = None) -> None:
        at = instant(day.year, day.month, day.day, 4) + timedelta(seconds=self.second)
        key = f"le-{self.timeline.account.number:06d}-{self.limit}-{len(self.events) + 1}"
        self.events.append(LimitEvent(key, self.timeline.account.id, self.limit, kind, at, currency, amount))


def limit_events(timeline: Timeline, seed: int) -> list[LimitEvent]:
    """What an account lives through at its limits, after the day on which it first paid."""
    number, paid = timeline.account.number, timeline.first_paid_on
    rng = Random(f"{seed}/engineering/limits/{number}")
    if paid is None:
        return []
    found: list[LimitEvent] = []
    limit = VOLUMES[number // 9 % len(VOLUMES)]
    for rule, warnings in ((WARNED, (20, 3)), (SURPRISED, ())):
        day = paid + timedelta(days=rng.randint(31, 70))
        if number % rule[0] == rule[1] and timeline.at(day).is_paying and day < ENDS_ON:
            episode = _Episode(timeline, limit, rng)
            for before in warnings:
                episode.add("warned", day - timedelta(days=before))
            currency = timeline.at(day).currency
            # A whole amount of any currency.
            episode.add("overage_billed", day, currency, rng.randint(3, 90) * 10 ** EXPONENTS[currency])
            found += episode.events
    grown = [day for day in expansions(timeline) if day - timedelta(days=31) >= paid]
    if grown and number % FORCED[0] == FORCED[1]:
        episode = _Episode(timeline, "seats", rng)
        for kind, before in (("warned", 16), ("reached", 6), ("blocked", 5)):
            # Some come to the wall without a word.
            if kind != "warned" or number % 2:
                episode.add(kind, grown[0] - timedelta(days=before))
        found += episode.events
    elif grown and number % OUTSIDE[0] == OUTSIDE[1]:
        episode = _Episode(timeline, "workspaces", rng)
        episode.add("warned", grown[0] - timedelta(days=30))
        episode.add("reached", grown[0] - timedelta(days=24))
        found += episode.events
    return found


def exceptions(timeline: Timeline, seed: int) -> list[PackagingException]:
    """Now and then a deal outside the packages: for ever or to a day, some only asked for."""
    number, paid = timeline.account.number, timeline.first_paid_on
    if paid is None or number % EXCEPTED[0] != EXCEPTED[1]:
        return []
    rng = Random(f"{seed}/engineering/exceptions/{number}")
    asked = day_begins(paid + timedelta(days=rng.randint(1, 60))) + timedelta(seconds=rng.randint(9 * 3600, 17 * 3600))
    turn = number // EXCEPTED[0]
    approved = asked + timedelta(days=rng.randint(1, 9)) if turn % 5 else None
    ends = (approved + timedelta(days=rng.choice((90, 180, 365)))).date() if approved and turn % 2 else None
    return [PackagingException(f"pe-{number:06d}", timeline.account.id, EXCEPTIONS[turn % len(EXCEPTIONS)], asked, approved, ends)]
