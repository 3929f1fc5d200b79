"""Feedback, work by hand, procedures and automations as they truly were.

Belongs here: buckets, voices and days to close; minutes by month; runs in time and escalated in time; weekly minutes before and after.
Everything as known at the end of `as_of`, without excluded accounts.
Does not belong here: tickets (`service_tickets`), text (`service_tables`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sample_company.clock import local_day, month_start
from sample_company.service.feedback import BUCKETS
from sample_company.service.states import Feedback, ProcedureVersion, Run, Service, TaskWeek
from sample_company.truth.growth_identity import Identity
from sample_company.truth.mrr import Timeline


def bucket_of(tags: Sequence[str]) -> str:
    """The bucket of the first rule, in order of priority, that names one of the tags; unclassified when none does."""
    for bucket, names in BUCKETS.items():
        if set(tags) & set(names):
            return bucket
    return "unclassified"


def voice_of(item: Feedback, account_id: str, timelines: Mapping[str, Timeline]) -> str:
    """Who speaks, at the end of the local day on which the item came: internal, prospect, paying, churned or free."""
    if item.reporter_kind == "internal":
        return "internal"
    if item.reporter_kind == "prospect" or not account_id:
        return "prospect"
    day, timeline = local_day(item.submitted), timelines[account_id]
    if timeline.at(day).is_paying:
        return "paying"
    return "churned" if timeline.first_paid_on is not None and timeline.first_paid_on < day else "free"


def feedback_rows(
    service: Service, identity: Identity, timelines: Mapping[str, Timeline]
) -> Iterator[tuple[Feedback, str, str, int | None]]:
    """Items with bucket, voice and the local days from submission to closing (None while open). The account is the item's own, else that
    of its user."""
    for item in sorted(service.feedback, key=lambda item: item.id):
        account_id = item.account_id or identity.account_of(item.user_id)
        if item.submitted >= identity.cut or identity.is_excluded(account_id):
            continue
        closed = item.closed if item.closed is not None and item.closed < identity.cut else None
        days = (local_day(closed) - local_day(item.submitted)).days if closed else None
        yield item, bucket_of(item.tags), voice_of(item, account_id, timelines), days


@dataclass
class HandMonth:
    """Work by hand of a month."""

    interventions: int = 0
    minutes: int = 0
    accounts: set[str] = field(default_factory=set)


def hand_months(service: Service, identity: Identity) -> dict[date, HandMonth]:
    """By month of the work; what names no account adds to work and minutes only."""
    months: dict[date, HandMonth] = defaultdict(HandMonth)
    for one in service.interventions:
        if one.at < identity.cut and not identity.is_excluded(one.account_id):
            month = months[month_start(local_day(one.at))]
            month.interventions += 1
            month.minutes += one.minutes
            month.accounts |= {one.account_id} - {""}
    return dict(sorted(months.items()))


def version_at(run: Run) -> ProcedureVersion | None:
    """The version of a procedure in force when a run was triggered."""
    known = [version for version in run.procedure.versions if version.published <= run.triggered]
    return max(known, key=lambda version: version.number, default=None)


def _known(at: datetime | None, cut: datetime) -> datetime | None:
    return at if at is not None and at < cut else None


def is_in_sla(run: Run, cut: datetime) -> bool | None:
    """Whether a run was done by its hour; None without such an hour, and while it is open and not yet due."""
    version = version_at(run)
    if version is None or version.sla_hours is None:
        return None
    due, done = run.triggered + timedelta(hours=version.sla_hours), _known(run.done, cut)
    if done is not None:
        return done <= due
    return False if due < cut else None


def is_escalated_on_time(run: Run, cut: datetime) -> bool | None:
    """Whether a run that was blocked long enough was escalated in time; None when it was not blocked that long."""
    version, blocked = version_at(run), _known(run.blocked, cut)
    if version is None or version.escalation_hours is None or blocked is None:
        return None
    limit = timedelta(hours=version.escalation_hours)
    if (_known(run.unblocked, cut) or cut) - blocked < limit:
        return None
    escalated = _known(run.escalated, cut)
    return escalated is not None and escalated <= blocked + limit


def sop_runs(service: Service, identity: Identity) -> Iterator[tuple[Run, bool | None, bool | None]]:
    """Runs with both verdicts."""
    for run in sorted(service.runs, key=lambda run: run.id):
        if run.triggered < identity.cut and not identity.is_excluded(run.account_id):
            yield run, is_in_sla(run, identity.cut), is_escalated_on_time(run, identity.cut)


def weekly_minutes(weeks: Sequence[TaskWeek]) -> int | None:
    """The mean of some weeks, rounded half up; None for none."""
    return (2 * sum(week.minutes for week in weeks) + len(weeks)) // (2 * len(weeks)) if weeks else None


def automated_tasks(service: Service, as_of: date) -> Iterator[tuple[str, int | None, int | None]]:
    """Each task's minutes a week before and after its automation went live, over all whole weeks."""
    by_task: dict[str, list[TaskWeek]] = defaultdict(list)
    for week in service.task_weeks:
        if week.week + timedelta(days=6) <= as_of:
            by_task[week.task].append(week)
    for task, weeks in sorted(by_task.items()):
        yield task, *(weekly_minutes([week for week in weeks if week.automated is automated]) for automated in (False, True))
