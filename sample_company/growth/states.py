"""What the growth side of the simulation remembers.

Belongs here: plain records. Instants are naive UTC datetimes to the second; amounts are integers of minor units. An `at` or `received`
is the moment from which an export shows the record.
Does not belong here: how records come about (the other modules), their columns (`rows`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Campaign:
    """A campaign of one ad account. `daily` is major units a day and country at the start, `click` minor units a click."""

    source: str
    id: str
    name: str
    kind: str
    currency: str
    countries: tuple[str, ...]
    starts: date
    ends: date | None
    daily: int
    click: int
    channel: str

    @property
    def key(self) -> str:
        """Id with its source, as in the conformed tables."""
        return f"{self.source}:{self.id}"

    def runs_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class AdDay:
    campaign: Campaign
    day: date
    country: str
    impressions: int
    clicks: int
    cost: int
    conversions: int  # hundredths


@dataclass(frozen=True)
class Tags:
    """Where a visit came from, and the channel and campaign that this plants."""

    channel: str
    campaign_key: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    content: str = ""
    referrer: str = ""
    click: str = ""  # name of the platform's parameter


@dataclass(frozen=True)
class PageView:
    id: str
    visitor_id: str
    user_id: str
    at: datetime
    received: datetime
    host: str
    path: str
    tags: Tags


@dataclass(frozen=True)
class Identify:
    id: str
    visitor_id: str
    user_id: str
    email: str
    at: datetime
    received: datetime


@dataclass
class User:
    """Somebody with a log-in. `links` are (instant, company id as the product was told it); `events` are (instant, name);
    `activated` is the first outcome when it came soon enough after the sign-up."""

    id: str
    email: str
    signed_up: datetime
    slot: int
    account_id: str = ""  # who pays for the user, known or not
    links: list[tuple[datetime, str]] = field(default_factory=list)
    activated: datetime | None = None
    events: list[tuple[datetime, str]] = field(default_factory=list)
    has_card: bool = False

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


@dataclass(frozen=True)
class Company:
    """A company in the CRM; `versions` are (instant, id at the billing system or nothing)."""

    id: str
    name: str
    domain: str
    country: str
    employees: int
    created: datetime
    versions: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class Contact:
    id: str
    email: str
    company_id: str
    created: datetime


@dataclass(frozen=True)
class Deal:
    """An opportunity; `stages` are (instant, stage), the last of them closed or not."""

    id: str
    kind: str
    company_id: str
    owner: str
    lead: str
    currency: str
    amount: int
    created: datetime
    stages: tuple[tuple[datetime, str], ...]
    lost_reason: str = ""


@dataclass(frozen=True)
class Programme:
    """A way in which users bring users. `i` invitations are planted per active user in 30 days, a share `c` of them converts."""

    id: str
    name: str
    loop: str
    currency: str
    referrer_reward: int
    referee_reward: int
    starts: date
    ends: date | None
    i: float
    c: float


@dataclass
class Invitation:
    """An invitation. `planted` names the fraud it was made for, empty for an honest one."""

    id: str
    programme: Programme
    inviter_id: str
    channel: str
    inviter_email: str
    invitee_email: str
    sent: datetime
    accepted: datetime | None = None
    invitee_id: str = ""
    signed_up: datetime | None = None
    inviter_device: str = ""
    invitee_device: str = ""
    inviter_card: str = ""
    invitee_card: str = ""
    inviter_ip: str = ""
    invitee_ip: str = ""
    planted: str = ""


@dataclass(frozen=True)
class Reward:
    """`versions` are (instant, status); the reward is granted from the first `granted` on."""

    id: str
    invitation_id: str
    party: str
    currency: str
    amount: int
    versions: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True)
class Response:
    id: str
    survey: str
    user_id: str
    score: int | None
    answer: str
    comment: str
    at: datetime


@dataclass(frozen=True)
class LedgerAccount:
    number: str
    name: str
    kind: str


@dataclass(frozen=True)
class JournalLine:
    """A line of a balanced entry; cents, one of debit and credit is 0."""

    journal_id: str
    line: int
    posted: date
    account: str
    department: str
    product: str
    currency: str
    debit: int
    credit: int
    memo: str


@dataclass(frozen=True)
class Rate:
    """US dollars for one unit of `base`, in hundred-millionths."""

    day: date
    base: str
    units: int


@dataclass
class World:
    """Everything of the growth side, for the whole of the simulated years."""

    ads: list[AdDay] = field(default_factory=list)
    pages: list[PageView] = field(default_factory=list)
    identifies: list[Identify] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    programmes: list[Programme] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    lines: list[JournalLine] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
