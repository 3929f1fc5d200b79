"""What the engineering side of the simulation remembers.

Belongs here: plain records. Instants are naive UTC datetimes to the second; money is integers of ten-thousandths of a major unit.
Does not belong here: how records come about (the other modules), their columns (`rows`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

# The questions of a release record, in the order of the export's columns.
UNIT = ("unit_behaviour", "unit_first_users", "unit_break", "unit_disable", "unit_watch")
ROLLBACK = ("rollback_data", "rollback_seen", "rollback_macros", "rollback_analytics", "rollback_communication")
SHIP = ("ship_next", "ship_behaviour", "ship_evidence", "ship_support", "ship_story", "ship_stop")
SEQUENCE = ("decision", "slice", "rollout", "observability", "owner", "evidence")


@dataclass
class Commit:
    """A commit; `pull` is None for a direct push."""

    sha: str
    authored: datetime
    pull: PullRequest | None = None


@dataclass
class PullRequest:
    """A proposed change; `number` is given when all are known, in the order of their creation."""

    author: str
    created: datetime
    closed: datetime | None
    merged: datetime | None
    additions: int
    deletions: int
    files: int
    areas: tuple[str, ...]
    teams: tuple[str, ...]
    decision_id: str = ""
    commits: list[Commit] = field(default_factory=list)
    number: int = 0


@dataclass
class Deployment:
    """An attempt to bring a tag, or without one a bare `commit`, into an environment; `states` are (instant, state) in order."""

    tag: str
    environment: str
    creator: str
    created: datetime
    states: list[tuple[datetime, str]]
    commit: str = ""
    id: int = 0

    @property
    def is_production(self) -> bool:
        return self.environment.lower() == "production"

    @property
    def deployed(self) -> datetime | None:
        """When it first succeeded."""
        return next((at for at, state in self.states if state == "success"), None)


@dataclass(frozen=True)
class Record:
    """What the team wrote down for a release tag, as it stood from one moment on."""

    tag: str
    kind: str
    mends: str
    decision_id: str
    owner: str
    areas: tuple[str, ...]
    has_plan: bool
    metric: str
    answers: dict[str, str]
    sequence: dict[str, datetime]
    call: str = ""
    called: datetime | None = None
    called_by: str = ""


@dataclass
class Release:
    """A version given to users, what it holds, and what was written about it. `story` names what was planted; `records` are
    (instant, record as it stood from then on), none when nobody wrote one; `rings` are (ring, instant)."""

    tag: str
    kind: str
    published: datetime
    story: str = ""
    prerelease: bool = False
    is_on_github: bool = True
    commits: list[Commit] = field(default_factory=list)
    records: list[tuple[datetime, Record]] = field(default_factory=list)
    rings: list[tuple[str, datetime]] = field(default_factory=list)
    told: datetime | None = None
    evidence: list[tuple[int, str, datetime]] = field(default_factory=list)
    id: int = 0


@dataclass(frozen=True)
class Issue:
    number: int
    created: datetime
    closed: datetime | None
    labels: tuple[str, ...]


@dataclass
class Incident:
    """Something broken; `deployment` is what caused it, when anything did."""

    service: str
    severity: str
    deployment: Deployment | None
    runbook: str
    created: datetime
    acknowledged: datetime
    resolved: datetime | None
    id: str = ""


@dataclass(frozen=True)
class Page:
    """A call to somebody on call; without an incident for a false alarm."""

    id: str
    incident_id: str
    responder: str
    shift: str
    at: datetime


@dataclass(frozen=True)
class Signal:
    id: str
    kind: str
    noticed: datetime


@dataclass(frozen=True)
class Decision:
    """A product decision; `stages` are (stage, instant) of those it reached, in order. `story` names what was planted."""

    id: str
    signal_id: str
    metric: str
    made_by: str
    meetings: int
    stages: tuple[tuple[str, datetime], ...]
    outcome: str
    release_number: int
    story: str


@dataclass(frozen=True)
class Flag:
    """A feature flag; `unread_from` is when the product stopped to ask for it, None while it still does."""

    key: str
    kind: str
    workflow: str
    is_core: bool
    experiment_id: str
    tag: str
    owner: str
    created: datetime
    rolled_out: datetime | None
    archived: datetime | None
    unread_from: datetime | None

    def read_until(self, cut: datetime) -> datetime:
        """When the product last asked for the flag, as known before `cut`."""
        ends = [at for at in (self.archived, self.unread_from) if at is not None and at < cut]
        return min(ends) if ends else cut


@dataclass(frozen=True)
class Exposure:
    id: str
    flag_key: str
    variation: str
    user_id: str
    account_id: str
    at: datetime


@dataclass(frozen=True)
class JobRun:
    """A run of a job; `status` is what it came to, running and without an end for one that never did."""

    id: str
    job: str
    workflow_id: str
    account_id: str
    tag: str
    attempt: int
    status: str
    queued: datetime
    started: datetime
    finished: datetime | None


@dataclass(frozen=True)
class WebhookAttempt:
    id: str
    delivery_id: str
    account_id: str
    attempt: int
    status_code: int | None
    at: datetime


@dataclass(frozen=True)
class Usage:
    """What an account used of a driver on a local day, in whole units."""

    account_id: str
    day: date
    driver: str
    quantity: int


@dataclass(frozen=True)
class Charge:
    """A line of the cloud's bill for a day; amounts in ten-thousandths of `currency`."""

    id: str
    day: date
    currency: str
    billed: int
    effective: int
    service: str
    category: str
    kind: str
    commitment: str = ""
    capacity: str = ""
    quantity: int | None = None
    unit: str = ""

    @property
    def is_unused(self) -> bool:
        return "Unused" in (self.commitment, self.capacity)


@dataclass(frozen=True)
class LimitEvent:
    """An account at a limit; minor units of `currency` for an overage that was billed, else None."""

    id: str
    account_id: str
    limit: str
    kind: str
    at: datetime
    currency: str = ""
    amount: int | None = None


@dataclass(frozen=True)
class PackagingException:
    id: str
    account_id: str
    kind: str
    asked: datetime
    approved: datetime | None
    ends: date | None


@dataclass
class Engineering:
    """Everything of the engineering side, for the whole of the simulated years; service level counts are made when they are written
    (`objectives`), for only a month of them is ever kept."""

    seed: int = 7
    pulls: list[PullRequest] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    deployments: list[Deployment] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    runs: list[JobRun] = field(default_factory=list)
    attempts: list[WebhookAttempt] = field(default_factory=list)
    usage: list[Usage] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    limit_events: list[LimitEvent] = field(default_factory=list)
    exceptions: list[PackagingException] = field(default_factory=list)
