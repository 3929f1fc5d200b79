"""Background jobs and webhooks.

Belongs here: workflows with their retries, and deliveries with theirs. Every run but the planted ones ends in the hour in which it was
queued, well inside a local day. Planted: workflows that fail for good, that run for ever, that are mended days later or on the morning
after a month's end; endpoints that are dead for two months; more failures in the day after a release that failed.
Does not belong here: releases (`releases`), and what counts as failed or stuck (`truth.engineering_jobs`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import ENDS_ON, STARTS_ON, instant, month_start
from sample_company.engineering.calendar import FAILING, STORY_OF, TUESDAYS
from sample_company.engineering.states import Deployment, JobRun, WebhookAttempt
from sample_company.truth.mrr import Timeline

JOBS = ("nightly_sync", "report_export", "invoice_sync", "data_import")
HOOK_PLANS = ("Team", "Business", "Enterprise")
HOOK_WAITS = (0, 60, 300, 1800)
# By the account's number: who has a workflow that fails for good, that runs for ever, an endpoint that is dead, who is caught by a
# month's end.
FAILS_FOR_GOOD, RUNS_FOR_EVER, DEAD_ENDPOINT, MONTH_END = (20, 3), (20, 11), (15, 7), (6, 4)
SYSTEM_JOB = "search_reindex"
_DAY = timedelta(days=1)


def is_one_of(number: int, rule: tuple[int, int]) -> bool:
    """Whether an account's number falls under a rule (every, from)."""
    return number % rule[0] == rule[1]


class LiveTags:
    """Which tag ran in production at a moment."""

    def __init__(self, deployments: Sequence[Deployment]) -> None:
        found = sorted((one.deployed, one.tag) for one in deployments if one.is_production and one.deployed and one.tag)
        self._at, self._tags = [at for at, _ in found], [tag for _, tag in found]

    def at(self, moment: datetime) -> str:
        position = bisect_right(self._at, moment)
        return self._tags[position - 1] if position else ""


def months() -> Iterator[date]:
    """First days of the simulated months."""
    month = STARTS_ON
    while month <= ENDS_ON:
        yield month
        month = month_start(month, 1)


def _moment(rng: Random, month: date, first: int = 1, last: int = 27) -> datetime:
    """An instant in a month between 13:00 and 21:59 UTC, the same day in the reporting time zone."""
    return instant(month.year, month.month, rng.randint(first, last), rng.randint(13, 21), rng.randint(0, 59), rng.randint(0, 59))


class _Account:
    """The runs of one account, numbered as they come."""

    def __init__(self, timeline: Timeline, tags: LiveTags) -> None:
        self.timeline, self.tags = timeline, tags
        self.runs: list[JobRun] = []
        self.workflows = 0

    @property
    def name(self) -> str:
        return f"{self.timeline.account.number:06d}"

    def in_service(self, at: datetime) -> bool:
        return bool(self.timeline.at(at.date()).items)

    def workflow(self) -> str:
        self.workflows += 1
        return f"wf-{self.name}-{self.workflows:04d}"

    def run(self, workflow: str, job: str, attempt: int, status: str, at: datetime, rng: Random, waits: int = 0) -> datetime:
        """One run; when it is over. `waits` is seconds in the queue, at least a few."""
        started = at + timedelta(seconds=waits or rng.randint(1, 40))
        lasts = 1800 if status == "timed_out" else rng.randint(2, 900)
        finished = None if status == "running" else started + timedelta(seconds=lasts)
        key = f"run-{self.name}-{len(self.runs) + 1:05d}"
        tag = self.tags.at(started)
        self.runs.append(JobRun(key, job, workflow, self.timeline.account.id, tag, attempt, status, at, started, finished))
        return finished or started

    def tries(self, statuses: Sequence[str], at: datetime, rng: Random) -> None:
        """A workflow of one job, attempt after attempt a minute apart."""
        workflow, job = self.workflow(), rng.choice(JOBS)
        for attempt, status in enumerate(statuses, start=1):
            at = self.run(workflow, job, attempt, status, at, rng) + timedelta(seconds=60)


def runs(timeline: Timeline, tags: LiveTags, seed: int) -> list[JobRun]:
    """Every run of an account while it is in service: a workflow or two a month, and what was planted."""
    account, number = _Account(timeline, tags), timeline.account.number
    rng = Random(f"{seed}/engineering/jobs/{number}")
    for_good, for_ever = is_one_of(number, FAILS_FOR_GOOD), is_one_of(number, RUNS_FOR_EVER)
    for month in months():
        for _ in range(rng.choice((1, 1, 1, 1, 2))):
            at, roll, second = _moment(rng, month), rng.random(), rng.choice(JOBS)
            if not account.in_service(at):
                continue
            if for_good:
                account.tries(("failed", "failed", "timed_out"), at, rng)
                for_good = False
            elif for_ever:
                account.run(account.workflow(), "data_import", 1, "running", at, rng)
                for_ever = False
            elif roll < 0.05:
                account.tries((rng.choice(("failed", "failed", "timed_out")), "succeeded"), at, rng)
            elif roll < 0.06:
                workflow = account.workflow()
                account.run(workflow, second, 1, "failed", at, rng)
                account.run(workflow, second, 2, "succeeded", at + 3 * _DAY, rng)
            else:
                account.tries(("succeeded",), at, rng)
                if roll > 0.75:
                    # A second step of the same workflow.
                    last = account.runs[-1]
                    account.run(last.workflow_id, second, 1, "succeeded", last.finished + timedelta(seconds=5), rng)
        if is_one_of(number, MONTH_END):
            _caught(account, month, rng)
    _after_failures(account, rng)
    return account.runs


def _caught(account: _Account, month: date, rng: Random) -> None:
    """At a month's end the workflow has failed hours ago and waits in the queue; on the next morning all is well."""
    last = month_start(month, 1) - _DAY
    at = instant(last.year, last.month, last.day, 18, rng.randint(0, 40))
    if month.month % 5 == account.timeline.account.number % 5 and account.in_service(at):
        workflow = account.workflow()
        over = account.run(workflow, "invoice_sync", 1, "failed", at, rng)
        account.run(workflow, "invoice_sync", 2, "succeeded", over + timedelta(minutes=3), rng, waits=17 * 3600)


def _after_failures(account: _Account, rng: Random) -> None:
    """Some of who works on the day after a release that failed meets an error."""
    for day, story in zip(TUESDAYS, STORY_OF, strict=True):
        if story in FAILING and rng.random() < 0.06:
            at = instant(day.year, day.month, day.day, 17) + timedelta(seconds=rng.randint(0, 15_000))
            if account.in_service(at):
                account.tries(("failed", "succeeded"), at, rng)


def system_runs(tags: LiveTags, seed: int) -> list[JobRun]:
    """A weekly job that belongs to no account."""
    rng, found = Random(f"{seed}/engineering/jobs/system"), []
    for number, day in enumerate(TUESDAYS, start=1):
        at = instant(day.year, day.month, day.day, 20, rng.randint(0, 59))
        started = at + timedelta(seconds=rng.randint(1, 20))
        status = "failed" if number % 23 == 0 else "succeeded"
        ends = started + timedelta(minutes=rng.randint(5, 40))
        found.append(
            JobRun(f"run-system-{number:05d}", SYSTEM_JOB, f"wf-system-{number:04d}", "", tags.at(started), 1, status, at, started, ends)
        )
    return found


def webhooks(timeline: Timeline, seed: int) -> list[WebhookAttempt]:
    """Attempts to deliver to an account of the larger plans: most arrive at once, some after a retry, some never."""
    number, found, deliveries = timeline.account.number, [], 0
    rng = Random(f"{seed}/engineering/webhooks/{number}")
    dead_for = 2 if is_one_of(number, DEAD_ENDPOINT) else 0
    for month in months():
        served = 0
        for _ in range(rng.choice((0, 1, 1, 2))):
            at, roll, failure = _moment(rng, month), rng.random(), rng.choice((500, 502, 410, 404, None))
            if timeline.at(at.date()).plan not in HOOK_PLANS or not timeline.at(at.date()).items:
                continue
            deliveries, served = deliveries + 1, 1
            if dead_for or roll < 0.03:
                codes: tuple[int | None, ...] = (failure,) * len(HOOK_WAITS)
            else:
                codes = (failure, 200) if roll < 0.1 else (rng.choice((200, 200, 202, 204)),)
            for attempt, (code, wait) in enumerate(zip(codes, HOOK_WAITS, strict=False), start=1):
                at += timedelta(seconds=wait)
                delivery = f"whd-{number:06d}-{deliveries:04d}"
                found.append(WebhookAttempt(f"{delivery}-{attempt}", delivery, timeline.account.id, attempt, code, at))
        dead_for = max(dead_for - served, 0)
    return found
