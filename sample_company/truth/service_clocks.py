"""The two clocks of a ticket, and what its life comes to.

Belongs here: minutes of the calendar and of business, first response, last solution, reopenings, tier: of one ticket as known at an
instant.
Does not belong here: whose ticket it is, counting (`service_tickets`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sample_company.service.desk import GROUPS, TEAMS
from sample_company.service.hours import HOLIDAYS
from sample_company.service.states import Event, Schedule, Ticket

_TIERS = {group: tier for groups in (GROUPS, TEAMS) for tier, group in groups.items()}
_ENDED = ("solved", "closed")
_MINUTE = timedelta(minutes=1)


def calendar_minutes(begin: datetime, end: datetime) -> int:
    """Whole minutes between two instants."""
    return (end - begin) // _MINUTE


def business_minutes(schedule: Schedule | None, begin: datetime, end: datetime) -> int:
    """Whole minutes of [begin, end) in which the schedule is open; without a schedule those of the calendar.

    Each local day has the hours in force on it, none on a holiday; its openings are turned to UTC by themselves, so that days on which the
    clocks change have 23 or 25 hours. The stretches are added up before the minutes are counted.
    """
    if schedule is None:
        return calendar_minutes(begin, end)
    zone = ZoneInfo(schedule.zone)
    day, last = (moment.replace(tzinfo=UTC).astimezone(zone).date() for moment in (begin, end))
    total = timedelta()
    while day <= last:
        for opens, closes in _open_minutes(schedule, day):
            stretch = min(end, _at(zone, day, closes)) - max(begin, _at(zone, day, opens))
            total += max(stretch, timedelta())
        day += timedelta(days=1)
    return total // _MINUTE


def _open_minutes(schedule: Schedule, day: date) -> list[tuple[int, int]]:
    if any(name == schedule.name and on == day for name, on, _ in HOLIDAYS):
        return []
    in_force = max((hours for hours in schedule.versions if hours.valid_from <= day), key=lambda hours: hours.valid_from, default=None)
    return [(opens, closes) for weekday, opens, closes in (in_force.intervals if in_force else ()) if weekday == day.isoweekday()]


def _at(zone: ZoneInfo, day: date, minute: int) -> datetime:
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return wall.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Course:
    """What a ticket came to. Minutes are None where there is nothing to measure; the tier is None unless a group held at the solution."""

    first_response: datetime | None
    first_response_minutes: int | None
    first_response_business_minutes: int | None
    solved: datetime | None
    resolution_minutes: int | None
    resolution_business_minutes: int | None
    reopen_count: int
    tier: int | None
    is_agent_created: bool


def course(ticket: Ticket, cut: datetime) -> Course:
    """The course of a ticket as known just before `cut`. A ticket that an agent opened has no first response."""
    events = [event for event in ticket.events if event.at < cut]
    by_agent = ticket.submitter.role == "agent"
    response = None if by_agent else first_response(ticket, events)
    solved, reopen_count = solution(events)
    tier = None
    if solved is not None:
        groups = [event.value for event in events if event.kind == "group" and event.at <= solved]
        tier = _TIERS[groups[-1]] if groups else None
    return Course(
        response, *_minutes(ticket, response), solved, *_minutes(ticket, solved), reopen_count, tier, by_agent
    )  # fmt: skip


def _minutes(ticket: Ticket, end: datetime | None) -> tuple[int | None, int | None]:
    if end is None:
        return None, None
    return calendar_minutes(ticket.created, end), business_minutes(ticket.schedule, ticket.created, end)


def first_response(ticket: Ticket, events: Sequence[Event]) -> datetime | None:
    """When somebody of the desk first wrote to the customer, rules and bots apart."""
    for event in events:
        wrote = event.kind == "comment" and event.is_public and not event.is_automatic
        if wrote and event.at > ticket.created and event.author is not None and event.author.role == "agent":
            return event.at
    return None


def solution(events: Sequence[Event]) -> tuple[datetime | None, int]:
    """The last solution, None while the ticket is open, and how often it was opened again. A ticket that is closed from any state but
    solved is solved by that."""
    status, solved, reopened = "", None, 0
    for event in events:
        if event.kind != "status":
            continue
        if event.value in _ENDED:
            solved = solved if status in _ENDED else event.at
        elif status in _ENDED:
            solved, reopened = None, reopened + 1
        status = event.value
    return solved, reopened
