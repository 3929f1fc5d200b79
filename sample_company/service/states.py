"""What the service side of the simulation remembers, from which both its exports and its truth are made.

Belongs here: plain records. Instants are naive UTC datetimes to the second. A tuple of versions holds (instant, value) in order of time.
Does not belong here: how records come about (the other modules), their columns (`rows`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Hours:
    """Opening hours from local day `valid_from` on; intervals are (ISO weekday, opens, closes) in minutes after local midnight."""

    valid_from: date
    intervals: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Schedule:
    id: str
    name: str
    zone: str
    versions: tuple[Hours, ...]


@dataclass
class Organisation:
    """A customer as a help desk knows it; `told` holds when which billing account was noted."""

    system: str
    id: str
    name: str
    domain: str
    created: datetime
    told: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Person:
    """Somebody who writes; `user_id` is the product's user as the system was told, `role` customer, agent or bot."""

    system: str
    id: str
    role: str
    email: str
    organisation: Organisation | None
    created: datetime
    user_id: str = ""


@dataclass(frozen=True)
class Event:
    """`kind` is comment, status, group, schedule or time_spent; `via` user, api, rule or bot; without an author it is the system's."""

    id: str
    at: datetime
    kind: str
    author: Person | None
    via: str
    is_public: bool = False
    value: str = ""

    @property
    def is_automatic(self) -> bool:
        return self.author is None or self.via in ("rule", "bot")


@dataclass(frozen=True)
class Rating:
    """`score` is good, bad, or 1 to 5; a later version replaces the earlier."""

    id: str
    versions: tuple[tuple[datetime, str], ...]


@dataclass
class Ticket:
    """A request for help on any channel. `story` names what was planted in it."""

    system: str  # zendesk or intercom
    id: str
    channel: str  # email, web, chat, phone, api, mobile
    created: datetime
    requester: Person
    submitter: Person
    organisation: Organisation | None
    schedule: Schedule | None
    tags: tuple[str, ...]
    subject: str = ""
    auto_category: str = ""
    category: str = ""  # known once solved
    story: str = ""
    events: list[Event] = field(default_factory=list)
    rating: Rating | None = None

    def note(
        self, at: datetime, kind: str, author: Person | None, value: str = "", *, via: str = "user", is_public: bool = False
    ) -> datetime:
        """Add an event, never before the last one; its instant."""
        if self.events:
            at = max(at, self.events[-1].at)
        via = "rule" if author is None else via
        self.events.append(Event(f"{self.id}{len(self.events) + 1:02d}", at, kind, author, via, is_public, value))
        return at


@dataclass(frozen=True)
class HelpEvent:
    """`kind` is article_view, search or bot; `answered` is None for an article."""

    id: str
    kind: str
    user_id: str
    at: datetime
    article_id: str = ""
    results: int = 0
    resolved: bool = False
    story: str = ""


@dataclass(frozen=True)
class Article:
    id: str
    workflow: str
    published: datetime
    versions: tuple[tuple[datetime, int], ...]  # number of caveats


@dataclass(frozen=True)
class Feedback:
    id: str
    submitted: datetime
    reporter_kind: str
    user_id: str
    account_id: str
    tags: tuple[str, ...]
    ticket_id: str = ""
    cluster_id: str = ""
    sorted_at: datetime | None = None  # when it was put in its cluster
    closed: datetime | None = None
    notified: datetime | None = None
    story: str = ""


@dataclass(frozen=True)
class Cluster:
    id: str
    name: str
    created: datetime
    decision_id: str = ""
    decided: datetime | None = None
    release_tag: str = ""
    released: datetime | None = None


@dataclass(frozen=True)
class Intervention:
    id: str
    account_id: str
    kind: str
    team: str
    procedure_id: str
    minutes: int
    at: datetime


@dataclass(frozen=True)
class TaskWeek:
    task: str
    week: date
    minutes: int
    automated: bool


@dataclass(frozen=True)
class Automation:
    id: str
    task: str
    built_minutes: int
    currency: str
    monthly_cost: int  # cents
    live: date


@dataclass(frozen=True)
class ProcedureVersion:
    """`fields` are the template's six and the document's three others by name; blank where nobody wrote them."""

    number: int
    published: datetime
    fields: dict[str, str]
    step_count: int
    expected_minutes: int
    sla_hours: int | None
    escalation_hours: int | None


@dataclass
class Procedure:
    id: str
    process: str
    created: datetime
    retired: datetime | None = None
    versions: list[ProcedureVersion] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    id: str
    procedure: Procedure
    account_id: str
    triggered: datetime
    done: datetime | None = None
    blocked: datetime | None = None
    unblocked: datetime | None = None
    escalated: datetime | None = None
    story: str = ""


@dataclass(frozen=True)
class Training:
    procedure_id: str
    version: int
    person_id: str
    required: bool
    assigned: datetime
    trained: datetime | None


@dataclass
class Service:
    """Everything of the service side."""

    organisations: list[Organisation] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    help_events: list[HelpEvent] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    feedback: list[Feedback] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    interventions: list[Intervention] = field(default_factory=list)
    task_weeks: list[TaskWeek] = field(default_factory=list)
    automations: list[Automation] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    trainings: list[Training] = field(default_factory=list)
