"""What customers cost, and what the books say.

Belongs here: media at the day's rate, the other costs of acquisition, rewards; margins, cash and burn. Amounts are ten-thousandths of the
reporting currency, each row converted and rounded by itself.
Does not belong here: who is credited (`growth_attribution`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sample_company.clock import local_day, month_start
from sample_company.growth.rates import DayRates
from sample_company.growth.states import World
from sample_company.money import EXPONENTS
from sample_company.truth.growth_attribution import PAID_CHANNELS, Conversion
from sample_company.truth.growth_identity import end_of

CATEGORIES = {
    "1000": "cash", "2000": "other", "3000": "financing", "4000": "revenue", "4100": "revenue", "5000": "hosting",
    "5010": "third_party_usage", "5020": "payment_fees", "5100": "support_payroll", "5110": "success_payroll", "6000": "media",
    "6010": "agencies", "6020": "sales_marketing_tools", "6100": "sales_marketing_payroll", "6110": "commission",
    "6200": "research_development", "6300": "general_administrative",
}  # fmt: skip
COST_OF_REVENUE = ("hosting", "third_party_usage", "payment_fees", "support_payroll", "success_payroll")
ACQUISITION = ("agencies", "sales_marketing_tools", "sales_marketing_payroll", "commission")
OPERATING = ("media", *ACQUISITION, "research_development", "general_administrative")


@dataclass
class CacMonth:
    """Costs and new paying accounts of a month and channel, or of all channels."""

    media: int = 0
    other: Fraction = Fraction(0)
    rewards: Fraction = Fraction(0)
    accounts: int = 0
    paid_accounts: int = 0

    @property
    def loaded(self) -> Fraction:
        return self.media + self.other + self.rewards


def _units(minor: int, currency: str) -> int:
    """Minor units as ten-thousandths."""
    return minor * 10 ** (4 - EXPONENTS[currency])


def ledger_months(world: World, rates: DayRates, as_of: date) -> dict[tuple[date, str, str], int]:
    """Sums by month, category and product (`all`, and each that a line names), positive in the category's own direction."""
    found: dict[tuple[date, str, str], int] = defaultdict(int)
    for line in world.lines:
        if line.posted <= as_of:
            category = CATEGORIES[line.account]
            side = line.credit - line.debit if category == "revenue" else line.debit - line.credit
            amount = rates.to_reporting(_units(side, line.currency), line.currency, line.posted)
            for product in {"all", line.product or "all"}:
                found[month_start(line.posted), category, product] += amount
    return found


def funding_months(world: World, as_of: date) -> dict[date, int]:
    """What owners paid in, by month: the other side of every entry on equity."""
    found: dict[date, int] = defaultdict(int)
    for line in world.lines:
        if line.account == "3000" and line.posted <= as_of:
            found[month_start(line.posted)] += _units(line.credit - line.debit, line.currency)
    return found


def reward_months(world: World, rates: DayRates, as_of: date) -> dict[date, int]:
    """Rewards that stand as granted, by month of the grant."""
    found: dict[date, int] = defaultdict(int)
    cut = end_of(as_of)
    for reward in world.rewards:
        known = [(at, status) for at, status in reward.versions if at < cut]
        if known and known[-1][1] == "granted":
            on = local_day(known[-1][0])
            found[month_start(on)] += rates.to_reporting(_units(reward.amount, reward.currency), reward.currency, on)
    return found


def cac_months(world: World, conversions: Sequence[Conversion], rates: DayRates, as_of: date) -> dict[tuple[date, str], CacMonth]:
    """By month and channel (`all` for the company). Costs other than media go to channels in proportion to their new accounts."""
    found: dict[tuple[date, str], CacMonth] = defaultdict(CacMonth)
    for row in world.ads:
        if row.day <= as_of:
            amount = rates.to_reporting(_units(row.cost, row.campaign.currency), row.campaign.currency, row.day)
            for channel in (row.campaign.channel, "all"):
                found[month_start(row.day), channel].media += amount
    for conversion in conversions:
        for channel in (conversion.channel, "all"):
            month = found[month_start(conversion.on), channel]
            month.accounts += 1
            month.paid_accounts += conversion.channel in PAID_CHANNELS
    ledger, rewards = ledger_months(world, rates, as_of), reward_months(world, rates, as_of)
    for on in {key[0] for key in ledger} | set(rewards):
        whole = found[on, "all"]
        whole.other = Fraction(sum(ledger.get((on, category, "all"), 0) for category in ACQUISITION))
        whole.rewards = Fraction(rewards.get(on, 0))
    for (on, channel), month in found.items():
        whole = found[on, "all"]
        if channel != "all" and whole.accounts:
            month.other = whole.other * month.accounts / whole.accounts
            month.rewards = whole.rewards * month.accounts / whole.accounts
    return dict(sorted(found.items()))
