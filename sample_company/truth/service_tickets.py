"""Tickets and self-help counted: whose they are, by month what came, was rated, came back and was kept away.

Belongs here: what is known at the end of `as_of`. Excluded accounts and whatever is theirs are left out; what belongs to no account counts.
Does not belong here: clocks (`service_clocks`), text (`service_tables`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sample_company.clock import local_day, month_start
from sample_company.service.kinds import TAGS
from sample_company.service.states import HelpEvent, Organisation, Person, Service, Ticket
from sample_company.truth.growth_identity import Identity
from sample_company.truth.mrr import Timeline
from sample_company.truth.service_clocks import Course, course

SESSION_GAP = timedelta(minutes=30)
DEFLECTED_FOR = timedelta(hours=24)
REPEATED_WITHIN = timedelta(days=7)


def ticket_type(tags: Sequence[str]) -> str:
    """The type of the first rule, in order of priority, that names one of the tags; unclassified when none does."""
    for kind, names in TAGS.items():
        if set(tags) & set(names):
            return kind
    return "unclassified"


class Whose:
    """Accounts and users of people who write; `identity` knows the product's users and their accounts."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.cut = identity.cut
        self._by_email: dict[str, str] = {}
        for user in sorted(identity.users.values(), key=lambda user: user.id):
            self._by_email.setdefault(user.email.strip().lower(), user.id)

    def user_of(self, person: Person) -> str:
        """The product's user: as the help desk was told, else by the address; empty when none."""
        if person.user_id:
            return person.user_id
        return self._by_email.get(person.email.strip().lower(), "")

    def account_of(self, ticket: Ticket) -> str:
        """The ticket's organisation's account, else the requester's organisation's, else the requester's user's; empty when none."""
        for organisation in (ticket.organisation, ticket.requester.organisation):
            told = self._told(organisation)
            if told:
                return told
        return self.identity.account_of(self.user_of(ticket.requester))

    def _told(self, organisation: Organisation | None) -> str:
        noted = [account_id for at, account_id in (organisation.told if organisation else ()) if at < self.cut]
        return noted[-1] if noted else ""


@dataclass(frozen=True)
class Judged:
    """A ticket with whose it is and what it came to."""

    ticket: Ticket
    account_id: str
    user_id: str
    course: Course

    @property
    def month(self) -> date:
        return month_start(local_day(self.ticket.created))


def judged_tickets(service: Service, whose: Whose) -> list[Judged]:
    """Every ticket that counts, in order of time."""
    found = []
    for ticket in sorted(service.tickets, key=lambda ticket: (ticket.created, ticket.id)):
        if ticket.created >= whose.cut:
            continue
        account_id = whose.account_of(ticket)
        if not whose.identity.is_excluded(account_id):
            found.append(Judged(ticket, account_id, whose.user_of(ticket.requester), course(ticket, whose.cut)))
    return found


@dataclass(frozen=True)
class Session:
    """Help events of one user less than half an hour apart; `is_deflected` is None while its 24 hours are not over."""

    user_id: str
    begin: datetime
    events: tuple[HelpEvent, ...]
    is_deflected: bool | None


def help_sessions(service: Service, tickets: Iterable[Judged], whose: Whose) -> Iterator[Session]:
    """Sessions of users who signed in, by user and time."""
    asked: dict[str, list[datetime]] = defaultdict(list)
    for one in tickets:
        asked[one.user_id].append(one.ticket.created)
    events: dict[str, list[HelpEvent]] = defaultdict(list)
    for event in sorted(service.help_events, key=lambda event: (event.at, event.id)):
        if event.user_id and event.at < whose.cut and not whose.identity.is_excluded(whose.identity.account_of(event.user_id)):
            events[event.user_id].append(event)
    for user_id, own in sorted(events.items()):
        first = 0
        for place in range(1, len(own) + 1):
            if place < len(own) and own[place].at - own[place - 1].at < SESSION_GAP:
                continue
            begin = own[first].at
            deflected = None
            if begin + DEFLECTED_FOR <= whose.cut:
                following = bisect_left(asked[user_id], begin)
                deflected = following == len(asked[user_id]) or asked[user_id][following] >= begin + DEFLECTED_FOR
            yield Session(user_id, begin, tuple(own[first:place]), deflected)
            first = place


def repeats(tickets: Sequence[Judged], cut: datetime) -> Iterator[tuple[Judged, bool]]:
    """Solved tickets whose seven days are over, and whether the same person opened another one in them."""
    opened: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for one in tickets:
        opened[one.ticket.system, one.ticket.requester.id].append(one.ticket.created)
    for one in tickets:
        solved = one.course.solved
        if solved is not None and solved + REPEATED_WITHIN <= cut:
            others = opened[one.ticket.system, one.ticket.requester.id]
            yield one, any(solved < at <= solved + REPEATED_WITHIN for at in others)


def active_accounts(timelines: Sequence[Timeline], identity: Identity, as_of: date) -> dict[date, set[str]]:
    """Accounts by month that paid on at least one day of it or had a user who did the core action. Without the excluded."""
    found: dict[date, set[str]] = defaultdict(set)
    for timeline in timelines:
        for place, day in enumerate(timeline.days):
            if not day.is_paying:
                continue
            following = timeline.days[place + 1].first if place + 1 < len(timeline.days) else as_of + timedelta(days=1)
            month = month_start(day.first)
            while month < following:
                found[month].add(timeline.account.id)
                month = month_start(month, 1)
    for user in identity.users.values():
        account_id = identity.account_of(user.id)
        if account_id and not identity.is_excluded(account_id):
            for at, name in user.events:
                if name == "core_action" and at < identity.cut:
                    found[month_start(local_day(at))].add(account_id)
    return found


def support_months(
    service: Service, tickets: Sequence[Judged], timelines: Sequence[Timeline], whose: Whose, as_of: date
) -> dict[date, Counter[str]]:
    """By month: tickets opened, active accounts, ratings by the day they were given, solved tickets by the day of the solution and those
    that came back, help sessions by their beginning and those that kept a ticket away. `timelines` are without the excluded."""
    months: dict[date, Counter[str]] = defaultdict(Counter)
    for on, accounts in active_accounts(timelines, whose.identity, as_of).items():
        months[on]["active_account"] = len(accounts)
    for one in tickets:
        months[one.month]["ticket"] += 1
        rating = one.ticket.rating
        given = [(at, score) for at, score in (rating.versions if rating else ()) if at < whose.cut]
        if given:
            month = months[month_start(local_day(given[0][0]))]
            month["rating"] += 1
            month["satisfied"] += given[-1][1] in ("good", "4", "5")
    for one, came_back in repeats(tickets, whose.cut):
        month = months[month_start(local_day(one.course.solved))]
        month["judged_repeat"] += 1
        month["repeat"] += came_back
    for session in help_sessions(service, tickets, whose):
        if session.is_deflected is not None:
            month = months[month_start(local_day(session.begin))]
            month["help_session"] += 1
            month["deflected_session"] += session.is_deflected
    return dict(sorted(months.items()))
