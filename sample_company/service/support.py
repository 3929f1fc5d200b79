"""Tickets of the help desk: how often customers ask, of what kind, and how the desk goes on with it.

Belongs here: ordinary life. Planted: tickets per active account rise by `RATE_STEP` a month from `RATE_START`; a share of requesters come
back within days; `TIER_SHARES` of tickets are solved by each tier.
Does not belong here: tickets with a name of their own (`stories`), chats (`chats`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import instant, local_day, month_start
from sample_company.growth.states import User
from sample_company.life import END
from sample_company.service.chats import conversation
from sample_company.service.desk import AGENTS, GROUPS, SEGMENT_LOAD, Customer, age_in_months, key_of, poisson
from sample_company.service.hours import BERLIN, NEW_YORK, ROUND_THE_CLOCK, moment, work_until
from sample_company.service.kinds import draw_tags
from sample_company.service.states import Person, Rating, Schedule, Ticket

# Tickets of an active account in the first month, and what each month adds.
RATE_START, RATE_STEP = 0.10, 0.02
COMES_BACK = 0.11
_TEMPERS = (0.6, 0.8, 0.9, 1.0, 1.0, 1.2, 1.5)
TIER_SHARES = (0.80, 0.15, 0.05)
_CHANNELS = ("email",) * 10 + ("web",) * 6 + ("mobile",) * 2 + ("phone", "api")
_EUROPE = ("GB", "DE", "FR", "NL", "IE")
# Automatic triage proposes a category from then on.
TRIAGE_FROM = instant(2025, 1, 13, 14)
_CATEGORIES = ("bug", "friction", "request", "billing", "confusion", "account_specific")


def ordinary(customer: Customer, seed: int) -> Iterator[Ticket]:
    """Every ticket and chat of an account."""
    number = 0
    own = Random(f"{seed}/service/temper/{customer.account.number}")
    temper, owed = own.choice(_TEMPERS) * SEGMENT_LOAD[customer.segment], own.random()
    for month in customer.active_months:
        rng = Random(f"{seed}/service/asks/{customer.account.number}/{month}")
        mean = (RATE_START + RATE_STEP * age_in_months(month)) * temper / (1 + COMES_BACK)
        # Fractions are carried to the next month, so that chance hides little of the trend.
        count, owed = divmod(owed + mean, 1)
        for _ in range(int(count)):
            at = moment(rng, month, month_start(month, 1) - timedelta(days=1))
            able = [person for person, _ in customer.people if person.created < at]
            if not able or at >= END:
                continue
            # The colleague who pays is the last of the people and asks seldom.
            person = able[min(int(rng.random() ** 1.3 * len(able)), len(able) - 1)]
            while at < END:
                number += 1
                ticket = ask(customer, person, at, key_of(person.system, customer.account.id, number), rng)
                yield ticket
                solved = [event.at for event in ticket.events if event.value == "solved"]
                if not solved or rng.random() > COMES_BACK:
                    break
                at = solved[-1] + timedelta(seconds=rng.randint(3600, 11 * 86_400))


def ask(customer: Customer, person: Person, at: datetime, key: str, rng: Random) -> Ticket:
    """One question of an account's person and all that comes of it."""
    if person.system == "intercom":
        return conversation(person, customer.company, at, key, rng)
    organisation = person.organisation if rng.random() > 0.1 else None
    schedule: Schedule | None = BERLIN if customer.account.versions[0].country in _EUROPE else NEW_YORK
    if customer.segment == "enterprise" and local_day(at) >= ROUND_THE_CLOCK.versions[0].valid_from:
        schedule = ROUND_THE_CLOCK
    channel = rng.choice(_CHANNELS)
    if channel == "phone" and rng.random() < 0.5:
        schedule = None
    ticket = open_ticket(person, at, key, rng, channel, schedule)
    ticket.organisation = organisation
    answer(ticket, rng)
    return ticket


def of_nobody(slot: int, users: list[User], seed: int) -> Iterator[Ticket]:
    """Tickets of users without an account, and now and then of an address that nobody knows."""
    for user in users:
        rng = Random(f"{seed}/service/alone/{user.id}")
        for number in range(poisson(rng, 0.15)):
            at = user.signed_up + timedelta(seconds=int(rng.random() ** 2 * 200 * 86_400) + 600)
            if at < END:
                person = Person("zendesk", key_of("zendesk", user.id), "customer", user.email, None, user.signed_up)
                yield _alone(person, at, key_of("alone", user.id, number), rng)
    rng = Random(f"{seed}/service/unknown/{slot}")
    if rng.random() < 0.22:
        at = moment(rng, date(2023, 8, 1), date(2026, 6, 28))
        address = f"asks.{slot}@somewhere-{slot}.example"
        person = Person("zendesk", key_of("zendesk", address), "customer", address, None, at - timedelta(seconds=1))
        yield _alone(person, at, key_of("unknown", slot), rng)


def _alone(person: Person, at: datetime, key: str, rng: Random) -> Ticket:
    ticket = open_ticket(person, at, key, rng, "email", NEW_YORK)
    answer(ticket, rng)
    return ticket


def open_ticket(
    person: Person, at: datetime, key: str, rng: Random, channel: str, schedule: Schedule | None, submitter: Person | None = None
) -> Ticket:
    """A ticket as it comes in: the first comment, then status, group (of one in sixteen none) and schedule, all in the same second."""
    tags, kind = draw_tags(rng, at)
    category = "" if kind == "unclassified" else kind
    automatic = category if rng.random() < 0.85 else rng.choice(_CATEGORIES)
    ticket = Ticket(
        "zendesk", key, channel, at, person, submitter or person, person.organisation, schedule, tags,
        subject=f"Question {key[-4:]}", auto_category=automatic if at >= TRIAGE_FROM else "", category=category,
    )  # fmt: skip
    ticket.note(at, "comment", ticket.submitter, is_public=True)
    ticket.note(at, "status", ticket.submitter, "new")
    if rng.random() > 0.06:
        ticket.note(at, "group", None, GROUPS[1])
    if schedule is not None:
        ticket.note(at, "schedule", None, schedule.id)
    return ticket


def reply(ticket: Ticket, agent: Person, at: datetime, rng: Random, status: str = "pending") -> datetime:
    """A public answer with the time it took; one in five leaves a note for colleagues before."""
    if rng.random() < 0.2:
        ticket.note(at - timedelta(seconds=rng.randint(60, 240)), "comment", agent)
    at = ticket.note(at, "comment", agent, is_public=True)
    ticket.note(at, "time_spent", agent, str(rng.randint(90, 1500)))
    return ticket.note(at, "status", agent, status)


def answer(ticket: Ticket, rng: Random) -> None:
    """Everything after a ticket came in."""
    at, grouped = ticket.created, any(event.kind == "group" for event in ticket.events)
    if ticket.channel in ("email", "web") and rng.random() < 0.45:
        at = ticket.note(at + timedelta(seconds=rng.randint(2, 40)), "comment", None, is_public=True)
    fate = rng.random()
    if fate < 0.025:
        ticket.note(at + timedelta(minutes=rng.randint(3, 300)), "status", rng.choice(AGENTS[1]), "closed")
        return
    agent = rng.choice(AGENTS[1])
    wait = int(min(rng.lognormvariate(8.55, 1.0), 260_000))
    at = at + timedelta(seconds=wait) if rng.random() < 0.08 else work_until(ticket.schedule, at, wait)
    at = reply(ticket, agent, at, rng, "open" if fate < 0.05 else "pending")
    if fate < 0.05:
        return
    tier = rng.choices((1, 2, 3), TIER_SHARES)[0] if grouped else 1
    for step in range(2, tier + 1):
        at = ticket.note(at + timedelta(seconds=rng.randint(600, 7200)), "group", agent, GROUPS[step])
        agent = rng.choice(AGENTS[step])
        at = reply(ticket, agent, work_until(ticket.schedule, at, int(rng.lognormvariate(9.3, 0.8))), rng)
    if rng.random() < 0.45:
        at = _customer_writes(ticket, at, rng)
        at = reply(ticket, agent, work_until(ticket.schedule, at, int(rng.lognormvariate(8.4, 0.9))), rng)
    at = _solve(ticket, agent, work_until(ticket.schedule, at, rng.randint(120, 14_000)), rng)
    for chance in (0.075, 0.12):
        if rng.random() > chance:
            break
        at = _customer_writes(ticket, at, rng)
        if rng.random() < 0.07:
            return
        at = _solve(ticket, agent, work_until(ticket.schedule, at, int(rng.lognormvariate(9.0, 0.8))), rng)
    ticket.note(at + timedelta(days=4), "status", None, "closed")
    if rng.random() < 0.3:
        rate(ticket, at, rng)


def _customer_writes(ticket: Ticket, at: datetime, rng: Random) -> datetime:
    at = ticket.note(at + timedelta(seconds=rng.randint(900, 50 * 3600)), "comment", ticket.requester, is_public=True)
    return ticket.note(at, "status", ticket.requester, "open")


def _solve(ticket: Ticket, agent: Person, at: datetime, rng: Random) -> datetime:
    at = ticket.note(at, "comment", agent, is_public=True)
    ticket.note(at, "time_spent", agent, str(rng.randint(60, 900)))
    return ticket.note(at, "status", agent, "solved")


def rate(ticket: Ticket, at: datetime, rng: Random) -> None:
    """Good or bad, hours later; a bad one is now and then taken back within the hour."""
    at += timedelta(seconds=rng.randint(600, 40 * 3600))
    versions = [(at, "good" if rng.random() < 0.88 else "bad")]
    if versions[0][1] == "bad" and rng.random() < 0.2:
        versions.append((at + timedelta(minutes=rng.randint(2, 50)), "good"))
    ticket.rating = Rating(key_of("rating", ticket.id), tuple(versions))
