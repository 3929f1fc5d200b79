"""Work that people do by hand for customers, how long recurring tasks take, and what automation took over.

Belongs here: planted: minutes by hand of an active account grow with the company's age, so that they grow faster than accounts do
(`PER_ACCOUNT`); the five tasks take `WEEKLY_MINUTES` a week until their automation is live, and then the second figure. A task's weeks lie
in turn above and below its figure by the same minutes: over any even number of weeks mean and median are the figure.
Does not belong here: elasticity, payback.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sample_company.clock import ENDS_ON, month_start
from sample_company.life import END
from sample_company.service.desk import Customer, age_in_months, poisson
from sample_company.service.hours import moment
from sample_company.service.states import Automation, Intervention, TaskWeek

# Interventions of an active account in the company's first month, and what each month adds.
PER_ACCOUNT = (0.12, 0.032)
# (kind, team, procedure, least and most minutes)
_KINDS = (
    ("data_import", "success", "sop-data-migration", 20, 70),
    ("onboarding_call", "success", "sop-onboarding", 25, 60),
    ("invoice_correction", "finance", "sop-invoicing", 5, 25),
    ("refund", "finance", "sop-refunds", 5, 15),
    ("access_reset", "support", "", 5, 20),
    ("report_by_hand", "support", "", 20, 55),
)
# Minutes a week before and after, and by how much a week differs; `contract_review` was never automated.
WEEKLY_MINUTES = {
    "lead_qualification": (600, 120, 12),
    "customer_onboarding": (300, 90, 9),
    "invoice_collection": (180, 30, 6),
    "support_triage": (900, 240, 18),
    "reporting": (300, 20, 5),
    "contract_review": (150, None, 10),
}
FIRST_WEEK = date(2023, 7, 3)
# Mondays an even number of weeks after the first.
AUTOMATIONS = (
    Automation("auto-01", "invoice_collection", 1_800, "USD", 4_900, date(2024, 3, 11)),
    Automation("auto-02", "reporting", 2_400, "USD", 12_000, date(2024, 9, 9)),
    Automation("auto-03", "support_triage", 6_000, "USD", 29_900, date(2025, 1, 13)),
    Automation("auto-04", "lead_qualification", 4_200, "EUR", 19_900, date(2025, 8, 11)),
    Automation("auto-05", "customer_onboarding", 9_600, "USD", 39_900, date(2026, 1, 26)),
)


def interventions(customer: Customer, seed: int) -> Iterator[Intervention]:
    """Work by hand for one account; one in thirty was noted without naming it."""
    number = 0
    for month in customer.active_months:
        rng = Random(f"{seed}/service/hand/{customer.account.number}/{month}")
        for _ in range(poisson(rng, PER_ACCOUNT[0] + PER_ACCOUNT[1] * age_in_months(month))):
            at = moment(rng, month, month_start(month, 1) - timedelta(days=1))
            kind, team, procedure, least, most = rng.choice(_KINDS)
            named = rng.random() > 1 / 30
            minutes = rng.randint(least, most)
            if customer.account.created < at < END:
                number += 1
                key = f"mw-{customer.account.number:06d}-{number:04d}"
                yield Intervention(key, customer.account.id if named else "", kind, team, procedure, minutes, at)


def task_weeks() -> Iterator[TaskWeek]:
    """Every task and whole week of the data."""
    live = {one.task: one.live for one in AUTOMATIONS}
    for task, (before, after, swing) in WEEKLY_MINUTES.items():
        week, number = FIRST_WEEK, 0
        while week + timedelta(days=6) <= ENDS_ON:
            automated = task in live and week >= live[task]
            level = after if automated and after is not None else before
            yield TaskWeek(task, week, level + (swing if number % 2 else -swing), automated)
            week, number = week + timedelta(days=7), number + 1
