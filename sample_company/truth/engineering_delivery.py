"""What was delivered, how well, and what was written down: deployments, the four DORA figures, release records, decisions, stale flags.

Belongs here: the rules on the simulated lives, everything as known at the end of `as_of`. A deployment is one to production that
succeeded; it failed when an incident names it or when a hotfix or rollback mends its tag, once however often.
Does not belong here: text (`engineering_tables`), and anything that the models do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from sample_company.clock import local_day, month_start
from sample_company.engineering.states import ROLLBACK, SHIP, UNIT, Deployment, Engineering, Flag, Record

STALE_AFTER = timedelta(days=60)
TRIPLE = frozenset({"billing", "permissions", "user_data"})
MENDING = ("hotfix", "rollback")


@dataclass(frozen=True)
class Judged:
    """A deployment that succeeded, and whether it failed afterwards."""

    deployment: Deployment
    deployed: datetime
    is_failed: bool


@dataclass
class DoraMonth:
    """A month's deployments by the local day on which they succeeded; lead times and times to restore in whole minutes, in the month
    of the deployment and of the incident's end. Deployments younger than seven days are in, failed as far as is known."""

    deployments: int = 0
    failed: int = 0
    leads: list[int] = field(default_factory=list)
    restores: list[int] = field(default_factory=list)


def whole_minutes(begin: datetime, end: datetime) -> int:
    """Minutes between two instants, begun ones left out."""
    return (end - begin) // timedelta(minutes=1)


def month_of(at: datetime) -> date:
    """The reporting month of an instant."""
    return month_start(local_day(at))


def judge(made: Engineering, cut: datetime) -> list[Judged]:
    """Every deployment that counts and succeeded before `cut`, in order of time."""
    broken = {id(one.deployment) for one in made.incidents if one.deployment is not None and one.created < cut}
    mended = {record.mends for release in made.releases for at, record in release.records[:1] if at < cut and record.kind in MENDING}
    found = []
    for one in made.deployments:
        if one.is_production and one.deployed is not None and one.deployed < cut:
            found.append(Judged(one, one.deployed, id(one) in broken or (one.tag != "" and one.tag in mended)))
    return sorted(found, key=lambda one: (one.deployed, one.deployment.id))


def lead_times(made: Engineering, judged: Iterable[Judged]) -> list[tuple[datetime, int]]:
    """(deployed, minutes since its first commit) of every pull request that a deployed release holds a commit of; its first one counts."""
    first: dict[str, datetime] = {}
    for one in judged:
        first.setdefault(one.deployment.tag, one.deployed)
    arrived: dict[str, datetime] = {}
    for release in made.releases:
        if release.tag in first:
            for commit in release.commits:
                arrived[commit.sha] = min(first[release.tag], arrived.get(commit.sha, first[release.tag]))
    found = []
    for pull in made.pulls:
        reached = [arrived[commit.sha] for commit in pull.commits if commit.sha in arrived]
        if reached:
            found.append((min(reached), whole_minutes(min(commit.authored for commit in pull.commits), min(reached))))
    return found


def dora_months(made: Engineering, cut: datetime) -> dict[date, DoraMonth]:
    """The four figures by month, in order; months without a deployment are left out."""
    months: dict[date, DoraMonth] = defaultdict(DoraMonth)
    judged = judge(made, cut)
    for one in judged:
        month = months[month_of(one.deployed)]
        month.deployments += 1
        month.failed += one.is_failed
    for deployed, minutes in lead_times(made, judged):
        months[month_of(deployed)].leads.append(minutes)
    for incident in made.incidents:
        if incident.deployment is not None and incident.resolved is not None and incident.resolved < cut:
            months[month_of(incident.resolved)].restores.append(whole_minutes(incident.created, incident.resolved))
    return dict(sorted(months.items()))


def middle(values: list[int]) -> str:
    """The median with one digit, the mean of the two in the middle of an even number; empty without a value."""
    return f"{median(values):.1f}" if values else ""


def records(made: Engineering, cut: datetime) -> list[Record]:
    """Every release record as it stood just before `cut`, in order of its tag."""
    known = []
    for release in made.releases:
        versions = [record for at, record in release.records if at < cut]
        known += versions[-1:]
    return sorted(known, key=lambda one: one.tag)


def answered(record: Record, questions: Iterable[str]) -> int:
    """How many of the questions have an answer."""
    return sum(bool(record.answers.get(question)) for question in questions)


def answer_counts(record: Record) -> tuple[int, int, int, int]:
    """Answers to the release unit (of 5), the rollback plan (5), steps of the sequence (6), answers to the shipping questions (6)."""
    return answered(record, UNIT), answered(record, ROLLBACK), len(record.sequence), answered(record, SHIP)


def is_triple_risk(record: Record) -> bool:
    """Billing, permissions and user data change together and nobody wrote a plan."""
    return set(record.areas) >= TRIPLE and not record.has_plan


def stage_months(made: Engineering, cut: datetime) -> dict[date, dict[str, int]]:
    """Decisions that came to each stage, by month."""
    months: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for decision in made.decisions:
        for stage, at in decision.stages:
            if at < cut:
                months[month_of(at)][stage] += 1
    return dict(sorted(months.items()))


def is_stale(flag: Flag, cut: datetime) -> bool:
    """Fully on, or not read, for more than sixty days, and still there."""
    if flag.created >= cut or (flag.archived is not None and flag.archived < cut):
        return False
    on = flag.rolled_out is not None and flag.rolled_out < cut - STALE_AFTER
    return on or flag.read_until(cut) < cut - STALE_AFTER
