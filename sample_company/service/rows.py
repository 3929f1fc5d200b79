"""The service sources' views: each record as rows of its export tables, one row per version.

Belongs here: the vendors' headers and formats of the help desk and the chat, and the wiring of all six sources.
Does not belong here: which versions were known when (`changes`), the records (`states`), tables without a desk (`plain_rows`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sample_company.changes import ChangeLog
from sample_company.clock import STARTS_ON, day_begins
from sample_company.service import plain_rows
from sample_company.service.desk import GROUPS, TEAMS, TIERS
from sample_company.service.hours import SCHEDULES
from sample_company.service.plain_rows import flag, iso
from sample_company.service.states import Event, Organisation, Person, Service, Ticket

_TABLES = {
    "zendesk": {
        "organizations": "id name external_id domain_names created_at updated_at",
        "users": "id role email organization_id created_at updated_at",
        "groups": "id name updated_at",
        "schedules": "schedule_id name time_zone valid_from interval_start interval_end updated_at",
        "tickets": "id created_at updated_at status via_channel organization_id requester_id submitter_id schedule_id tags auto_category"
        " category subject",
        "ticket_events": "id ticket_id created_at author_id event_type public via field_name value",
        "satisfaction_ratings": "id ticket_id score created_at updated_at",
    },
    "intercom": {
        "companies": "id company_id name created_at updated_at",
        "contacts": "id external_id email role company_id created_at updated_at",
        "admins": "id is_bot updated_at",
        "teams": "id name updated_at",
        "conversations": "id created_at updated_at state source_type contact_id company_id team_assignee_id rating rated_at tags",
        "conversation_parts": "id conversation_id part_type author_type author_id team_id created_at",
    },
}
HEADERS = {(source, table): tuple(columns.split()) for source, tables in _TABLES.items() for table, columns in tables.items()}
HEADERS |= plain_rows.HEADERS
UNDIVIDED = plain_rows.UNDIVIDED | {
    ("zendesk", "groups"), ("zendesk", "schedules"), ("intercom", "teams"), ("intercom", "admins"),
}  # fmt: skip
_SET_UP = day_begins(STARTS_ON) + timedelta(hours=8)
_FIELDS = {"status": "status", "group": "group_id", "schedule": "schedule_id"}
_PARTS = {"comment": "comment", "group": "assignment"}
# Hours are entered two weeks before they begin.
_AHEAD = timedelta(days=14)


def log_service(log: ChangeLog, service: Service) -> None:
    """Every row of the six sources."""
    for tier, name in TIERS.items():
        log.add("zendesk", "groups", _SET_UP, GROUPS[tier], (GROUPS[tier], name, iso(_SET_UP)))
        log.add("intercom", "teams", _SET_UP, TEAMS[tier], (TEAMS[tier], name, iso(_SET_UP)))
    _log_schedules(log)
    for one in service.organisations:
        _log_organisation(log, one)
    for person in service.people:
        _log_person(log, person)
    for ticket in service.tickets:
        if ticket.system == "zendesk":
            _log_ticket(log, ticket)
        else:
            _log_conversation(log, ticket)
    plain_rows.log_plain(log, service)


def _log_schedules(log: ChangeLog) -> None:
    for schedule in SCHEDULES:
        for version in schedule.versions:
            at = max(day_begins(version.valid_from) - _AHEAD, _SET_UP)
            for weekday, opens, closes in version.intervals:
                # The help desk counts from Sunday midnight.
                begin = weekday % 7 * 1440
                span = (begin + opens, begin + closes)
                key = f"{schedule.id}/{version.valid_from}/{span[0]:05d}"
                row = (schedule.id, schedule.name, schedule.zone, version.valid_from, *span, iso(at))
                log.add("zendesk", "schedules", at, key, row)


def _log_organisation(log: ChangeLog, one: Organisation) -> None:
    for at, account_id in ((one.created, ""), *one.told):
        times = (iso(one.created), iso(at))
        if one.system == "zendesk":
            log.add("zendesk", "organizations", at, one.id, (one.id, one.name, account_id, one.domain, *times))
        elif account_id:
            log.add("intercom", "companies", at, one.id, (one.id, account_id, one.name, *times))


def _log_person(log: ChangeLog, person: Person) -> None:
    at = max(person.created, _SET_UP) if person.role != "customer" else person.created
    organisation = person.organisation.id if person.organisation else ""
    times = (iso(at), iso(at))
    if person.system == "zendesk":
        role = "end-user" if person.role == "customer" else "agent"
        log.add("zendesk", "users", at, person.id, (person.id, role, person.email, organisation, *times))
    elif person.role == "customer":
        role = "user" if person.user_id else "lead"
        log.add("intercom", "contacts", at, person.id, (person.id, person.user_id, person.email, role, organisation, *times))
    else:
        log.add("intercom", "admins", at, person.id, (person.id, flag(person.role == "bot"), iso(at)))


def _log_ticket(log: ChangeLog, ticket: Ticket) -> None:
    head = (ticket.channel, ticket.organisation.id if ticket.organisation else "", ticket.requester.id, ticket.submitter.id)
    head += (ticket.schedule.id if ticket.schedule else "", ",".join(ticket.tags), ticket.auto_category)
    status, solved = "new", False
    for place, event in enumerate(ticket.events):
        if event.kind == "status":
            status = event.value
            solved = solved or status in ("solved", "closed")
        log.add("zendesk", "ticket_events", event.at, event.id, _event_row(ticket, event))
        if place + 1 == len(ticket.events) or ticket.events[place + 1].at > event.at:
            row = (
                ticket.id, iso(ticket.created), iso(event.at), status, *head, ticket.category if solved else "", ticket.subject,
            )  # fmt: skip
            log.add("zendesk", "tickets", event.at, ticket.id, row)
    if ticket.rating is not None:
        for at, score in ticket.rating.versions:
            row = (ticket.rating.id, ticket.id, score, iso(ticket.rating.versions[0][0]), iso(at))
            log.add("zendesk", "satisfaction_ratings", at, ticket.rating.id, row)


def _event_row(ticket: Ticket, event: Event) -> tuple[object, ...]:
    author = event.author.id if event.author else "-1"
    head = (event.id, ticket.id, iso(event.at), author)
    if event.kind == "comment":
        return (*head, "Comment", flag(event.is_public), event.via, "", "")
    if event.kind == "time_spent":
        return (*head, "TimeSpent", "", event.via, "", event.value)
    return (*head, "Change", "", event.via, _FIELDS[event.kind], event.value)


def _log_conversation(log: ChangeLog, ticket: Ticket) -> None:
    head = (
        "conversation" if ticket.channel == "chat" else "email",
        ticket.requester.id,
        ticket.organisation.id if ticket.organisation else "",
    )
    state, team, tags = "open", "", ",".join(ticket.tags)

    def log_row(at: datetime, rating: str = "", rated: datetime | None = None) -> None:
        row = (ticket.id, iso(ticket.created), iso(at), state, *head, team, rating, iso(rated), tags)
        log.add("intercom", "conversations", at, ticket.id, row)

    for place, event in enumerate(ticket.events):
        if event.kind == "status":
            state = "closed" if event.value == "solved" else "open"
        elif event.kind == "group":
            team = event.value
        log.add("intercom", "conversation_parts", event.at, event.id, _part_row(ticket, event))
        if place + 1 == len(ticket.events) or ticket.events[place + 1].at > event.at:
            log_row(event.at)
    if ticket.rating is not None:
        ((at, score),) = ticket.rating.versions
        log_row(at, score, at)


def _part_row(ticket: Ticket, event: Event) -> tuple[object, ...]:
    author = event.author
    kind = "close" if event.value == "solved" else "open" if event.kind == "status" else _PARTS[event.kind]
    if kind == "comment" and not event.is_public:
        kind = "note"
    role = "bot" if author.role == "bot" else "admin" if author.role == "agent" else "user" if author.user_id else "lead"
    return (event.id, ticket.id, kind, role, author.id, event.value if kind == "assignment" else "", iso(event.at))
