"""Procedures as written down, how they were followed, and who was trained in them.

Belongs here: six procedures, complete and not, renewed each quarter and stale, one retired; their runs, by chance and by name (`named`).
Does not belong here: who was in time (`truth.service_operations`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import ENDS_ON, STARTS_ON, month_start
from sample_company.life import END
from sample_company.service.desk import Customer
from sample_company.service.hours import local
from sample_company.service.kinds import type_of
from sample_company.service.states import Procedure, ProcedureVersion, Run, Ticket, Training

TEMPLATE = ("trigger", "owner", "steps", "tools", "sla", "escalation")
DOCUMENT = ("purpose", "scope", "exceptions")
PEOPLE = tuple(f"p-{number:02d}" for number in range(1, 11))
HOUR = timedelta(hours=1)
_QUARTERS = tuple(month_start(STARTS_ON, 3 * number) for number in range(12))
# (id, process, days of its versions, fields left blank, hours of the SLA by version (the last holds on), hours to escalation)
_WRITTEN = (
    ("sop-onboarding", "onboarding", (*(day + timedelta(days=4) for day in _QUARTERS[:-1]), date(2026, 4, 6)), (), (240, 240, 168), 24),
    ("sop-bug-triage", "bug_triage", (date(2023, 8, 1), date(2024, 11, 4), date(2026, 5, 11)), ("exceptions",), (48, 48, 24), 24),
    ("sop-publishing", "publishing", (date(2023, 9, 4), date(2025, 9, 8)), ("tools", "escalation"), (72,), None),
    ("sop-invoicing", "invoicing", (*(day + timedelta(days=9) for day in _QUARTERS[1:-2]), date(2026, 3, 30)), (), (120,), 24),
    ("sop-refunds", "refunds", (date(2024, 5, 6),), ("sla", "scope", "owner"), (None,), 24),
    ("sop-data-migration", "data_migration", (date(2024, 2, 5), date(2024, 8, 5)), (), (336,), 48),
)


def procedures() -> list[Procedure]:
    """Every procedure; one was retired in June 2025. The refunds' was in use for two months before it was written."""
    found = []
    for key, process, days, blank, hours, escalation in _WRITTEN:
        early = timedelta(days=60 if process == "refunds" else 0)
        one = Procedure(key, process, local(days[0], 10) - early, local(date(2025, 6, 16), 12) if process == "data_migration" else None)
        for number, day in enumerate(days, start=1):
            fields = {name: "" if name in blank else f"{name} of {process}, version {number}" for name in (*TEMPLATE, *DOCUMENT)}
            steps = max(12 - number, 4)
            one.versions.append(
                ProcedureVersion(
                    number, local(day, 10), fields, steps, steps * 15, hours[min(number, len(hours)) - 1], escalation
                )
            )  # fmt: skip
        found.append(one)
    return found


def runs(customer: Customer, tickets: Sequence[Ticket], known: dict[str, Procedure], seed: int) -> Iterator[Run]:
    """Onboarding from the day the account first paid, triage of every fourth bug, refunds, and a migration for one in five."""
    number = customer.account.number
    rng = Random(f"{seed}/service/runs/{number}")
    paid = customer.timeline.first_paid_on
    if paid is not None:
        at = local(paid, rng.randint(9, 17), rng.randint(0, 59))
        yield _run(f"run-onboarding-{number:06d}", known["sop-onboarding"], customer.account.id, at, 110, rng)
        if rng.random() < 0.2:
            yield _run(f"run-migration-{number:06d}", known["sop-data-migration"], customer.account.id, at, 200, rng)
    for ticket in tickets:
        rng = Random(f"{seed}/service/run/{ticket.id}")
        kind = type_of(ticket.tags)
        if kind == "bug" and rng.random() < 0.25:
            yield _run(f"run-triage-{ticket.id}", known["sop-bug-triage"], customer.account.id, ticket.created, 20, rng)
        elif kind == "billing" and rng.random() < 0.15:
            yield _run(f"run-refund-{ticket.id}", known["sop-refunds"], customer.account.id, ticket.created, 40, rng)


def recurring(known: dict[str, Procedure], seed: int) -> Iterator[Run]:
    """A publication each Wednesday and invoices on the first of each month, for no account."""
    day = date(2023, 7, 5)
    while day <= ENDS_ON:
        yield _run(f"run-publishing-{day}", known["sop-publishing"], "", local(day, 9), 45, Random(f"{seed}/service/publishing/{day}"))
        day += timedelta(days=7)
    month = STARTS_ON
    while month <= ENDS_ON:
        yield _run(f"run-invoicing-{month}", known["sop-invoicing"], "", local(month, 8), 70, Random(f"{seed}/service/invoicing/{month}"))
        month = month_start(month, 1)


def _run(key: str, procedure: Procedure, account_id: str, at: datetime, typical_hours: int, rng: Random) -> Run:
    """Most are done around the typical hours; one in six is blocked on the way, and most of those long enough are escalated."""
    one = Run(key, procedure, account_id, at)
    needed = timedelta(seconds=int(typical_hours * 3600 * rng.lognormvariate(0.0, 0.55)))
    if rng.random() < 0.17:
        blocked = at + needed / 2
        blocked -= timedelta(microseconds=blocked.microsecond)
        stuck = timedelta(seconds=rng.randint(3 * 3600, 90 * 3600))
        escalated = blocked + timedelta(seconds=rng.randint(3600, 40 * 3600)) if rng.random() < 0.75 else None
        if escalated is not None and escalated >= blocked + stuck:
            escalated = None
        unblocked = blocked + stuck if rng.random() < 0.93 else None
        one = replace(one, blocked=blocked, unblocked=unblocked, escalated=escalated)
        if unblocked is None:
            return one
        needed += stuck
    return one if rng.random() < 0.04 else replace(one, done=at + needed)


def named(customers: Sequence[Customer], known: dict[str, Procedure]) -> Iterator[Run]:
    """Runs whose times lie on the limits, for the first account; hours of onboarding are 168 and to escalation 24 but where said."""
    account_id = customers[0].account.id
    at = local(date(2026, 2, 2), 10)
    late_june = local(date(2026, 6, 26), 10)
    second_version_ends = known["sop-onboarding"].versions[2].published
    marks: dict[str, dict[str, datetime | None]] = {
        "done_at_limit": {"done": at + 168 * HOUR},
        "done_second_late": {"done": at + 168 * HOUR + timedelta(seconds=1)},
        "open_overdue": {},
        "open_not_due": {"triggered": late_june},
        # 240 hours hold for what began a minute before the third version.
        "older_version": {"triggered": second_version_ends - timedelta(minutes=1), "done": second_version_ends + 200 * HOUR},
        "newer_version": {"triggered": second_version_ends, "done": second_version_ends + 200 * HOUR},
        "escalated_at_limit": {"blocked": at, "escalated": at + 24 * HOUR, "unblocked": at + 30 * HOUR, "done": at + 60 * HOUR},
        "escalated_late": {"blocked": at, "escalated": at + 25 * HOUR, "unblocked": at + 30 * HOUR, "done": at + 60 * HOUR},
        "never_escalated": {"blocked": at},
        "never_escalated_at_limit": {"blocked": at, "unblocked": at + 24 * HOUR, "done": at + 60 * HOUR},
        "unblocked_in_time": {"blocked": at, "unblocked": at + 24 * HOUR - timedelta(seconds=1), "done": at + 60 * HOUR},
        "blocked_lately": {"triggered": late_june, "blocked": local(date(2026, 6, 30), 12)},
    }
    for story, times in marks.items():
        one = Run(f"run-story-{story}", known["sop-onboarding"], account_id, at, story=story)
        yield replace(one, **times)
    unwritten = known["sop-refunds"].versions[0].published - timedelta(days=3)
    yield Run("run-story-unwritten", known["sop-refunds"], account_id, unwritten, unwritten + 5 * HOUR, story="unwritten")


def trainings(known: Sequence[Procedure], seed: int) -> Iterator[Training]:
    """For each version five people who do the work, most of them trained within weeks, and one who came along."""
    for procedure in known:
        for version in procedure.versions:
            rng = Random(f"{seed}/service/training/{procedure.id}/{version.number}")
            for position, person_id in enumerate(rng.sample(PEOPLE, 6)):
                trained = version.published + timedelta(seconds=rng.randint(86_400, 40 * 86_400))
                missed = position < 5 and rng.random() < 0.15
                yield Training(
                    procedure.id, version.number, person_id, position < 5, version.published, None if missed or trained >= END else trained
                )  # fmt: skip
