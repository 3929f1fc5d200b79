"""Help that users find by themselves: articles read, searches, and talks with the bot.

Belongs here: sessions that kept a user from asking, sessions before a ticket that did not, readers who are not signed in, and the
sessions of a free user that test the limits of a session and of a day (`limits`).
Does not belong here: whether a session deflected anything (`truth.service_tickets`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import STARTS_ON, day_begins, instant, month_start
from sample_company.growth.states import User
from sample_company.life import END
from sample_company.service.desk import Customer, key_of, poisson
from sample_company.service.hours import NEW_YORK, local, moment
from sample_company.service.states import Article, HelpEvent, Person, Ticket
from sample_company.service.support import open_ticket

# Sessions of an active account in a month, and the share of tickets with a session in the hours before.
SESSIONS, BEFORE_A_TICKET = 1.3, 0.3
_WORKFLOWS = ("import", "export", "invite_team", "roles", "billing_details", "refunds", "api_keys", "webhooks", "reports", "mobile_app")


def articles() -> list[Article]:
    """Two articles for each workflow; caveats pile up in those of refunds and webhooks."""
    found = []
    for number in range(2 * len(_WORKFLOWS)):
        workflow = _WORKFLOWS[number // 2]
        at = day_begins(STARTS_ON) + timedelta(hours=16, days=9 * number)
        fragile = workflow in ("refunds", "webhooks")
        versions = [(at + timedelta(days=150 * step), number % 3 + (3 * step if fragile else step // 2)) for step in range(4)]
        found.append(Article(f"art-{number + 1:03d}", workflow, at, tuple(versions)))
    return found


def sessions(customer: Customer, tickets: Sequence[Ticket], known: Sequence[Article], seed: int) -> Iterator[HelpEvent]:
    """Everything that an account's users look up, and now and then a stranger beside them."""
    users = {person.id: user for person, user in customer.people if user is not None}
    number = 0
    for ticket in tickets:
        rng = Random(f"{seed}/service/before/{ticket.id}")
        user = users.get(ticket.requester.id)
        at = ticket.created - timedelta(seconds=rng.randint(300, 22 * 3600))
        if user is not None and rng.random() < BEFORE_A_TICKET and at > user.signed_up:
            yield from _session(f"b{ticket.id}", user.id, at, known, rng)
    for month in customer.active_months:
        rng = Random(f"{seed}/service/reads/{customer.account.number}/{month}")
        for _ in range(poisson(rng, SESSIONS)):
            number += 1
            at = moment(rng, month, month_start(month, 1) - timedelta(days=1))
            able = [user for user in customer.users if user.signed_up < at]
            anonymous = rng.random() < 0.08
            if able and at < END:
                yield from _session(
                    f"s{customer.account.number:06d}-{number:04d}", "" if anonymous else rng.choice(able).id, at, known, rng
                )


def _session(key: str, user_id: str, at: datetime, known: Sequence[Article], rng: Random) -> Iterator[HelpEvent]:
    """One to four events less than half an hour apart, most often one."""
    for number in range(rng.choice((1, 1, 1, 1, 2, 2, 3, 4))):
        if at >= END:
            return
        kind = rng.choice(("article_view",) * 5 + ("search",) * 3 + ("bot",) * 2)
        article = rng.choice([one for one in known if one.published < at] or known[:1]).id if kind == "article_view" else ""
        results = rng.choice((0, 2, 4, 9)) if kind == "search" else 0
        yield HelpEvent(f"he-{key}-{number + 1}", kind, user_id, at, article, results, rng.random() < 0.6)
        at += timedelta(seconds=rng.randint(20, 1500))


def quiet_user(users: Sequence[User]) -> User | None:
    """The free user whose sessions and tickets are planted alone: the first who signed up before 2025."""
    before = instant(2025, 1, 1, 5)
    able = [user for user in users if user.slot and not user.account_id and user.id.startswith("f") and user.signed_up < before]
    return min(able, key=lambda user: (user.slot, user.id), default=None)


def limits(user: User) -> tuple[list[HelpEvent], list[Ticket]]:
    """Sessions of one user in October 2025, and two tickets, to the second.

    On the 6th two events 29:59 apart (one session), on the 7th two 30:00 apart (two); a ticket exactly 24 h after the session of the 13th,
    which is outside the day, and one 23:59:59 after that of the 20th, which is inside; a session over the end of the month; and one on the
    last evening of the data, which is not judged.
    """
    person = Person("zendesk", key_of("zendesk", user.id), "customer", user.email, None, user.signed_up)
    marks = [
        ("gap_below", local(date(2025, 10, 6), 10)),
        ("gap_below", local(date(2025, 10, 6), 10, 29, 59)),
        ("gap_exact", local(date(2025, 10, 7), 10)),
        ("gap_exact", local(date(2025, 10, 7), 10, 30)),
        ("day_after", local(date(2025, 10, 13), 10)),
        ("day_within", local(date(2025, 10, 20), 10)),
        ("over_month", local(date(2025, 10, 31), 23, 50)),
        ("over_month", local(date(2025, 11, 1), 0, 10)),
        ("too_young", local(date(2026, 6, 30), 20)),
    ]
    events = [
        HelpEvent(f"he-limit-{number:02d}", "search", user.id, at, results=3, story=story)
        for number, (story, at) in enumerate(marks, start=1)
    ]
    tickets = []
    for story, at in (("session_day_after", local(date(2025, 10, 14), 10)), ("session_day_within", local(date(2025, 10, 21), 9, 59, 59))):
        ticket = open_ticket(person, at, key_of("story", story), Random(story), "web", NEW_YORK)
        ticket.story = story
        tickets.append(ticket)
    return events, tickets
