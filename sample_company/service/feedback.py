"""What people say about the product, sorted into clusters that may lead to a decision and a release.

Belongs here: items of every voice (users who pay, have paid, never paid; prospects; colleagues) and every bucket, clusters, and whether
who asked was told. An item that is closed is so two to five hours later in the day than it came, so that its days are the same however
one counts them.
Does not belong here: whose voice it was (`truth.service_feedback`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from sample_company.clock import STARTS_ON, instant, local_day
from sample_company.growth.states import User
from sample_company.life import END
from sample_company.service.desk import Customer, poisson
from sample_company.service.hours import local
from sample_company.service.kinds import STRATEGY_TAGS, TAGS, release_before
from sample_company.service.states import Cluster, Feedback, Ticket

BUCKETS = {kind: TAGS[kind] for kind in ("bug", "friction", "request")} | {"strategy": STRATEGY_TAGS}
_WEIGHTS = {"bug": 25, "friction": 25, "request": 34, "strategy": 6, "unclassified": 10}
_UNSORTED_TAGS = ("praise", "billing", "how-to")
_THEMES = {
    "bug": ("export stops", "mail twice", "wrong totals", "time zones", "import hangs"),
    "friction": ("slow reports", "hidden settings", "too many clicks", "invite flow", "search finds nothing"),
    "request": ("dark mode", "audit log", "single sign-on", "more currencies", "public api", "templates", "mobile app", "sandbox"),
    "strategy": ("agencies resell", "finance teams", "buyers ask for security"),
}


def clusters() -> list[Cluster]:
    """Every cluster of the company: two in three led to a decision, half of those to a release."""
    found = []
    number = 0
    for bucket, themes in _THEMES.items():
        for theme in themes:
            number += 1
            rng = Random(f"service/cluster/{theme}")
            made = local(STARTS_ON + timedelta(days=40 + 34 * number), 11)
            decided = made + timedelta(days=rng.randint(20, 120)) if number % 3 else None
            released = decided + timedelta(days=rng.randint(14, 90)) if decided and number % 2 else None
            decision, release = f"D-{number:03d}" if decided else "", release_before(released) if released else ""
            found.append(Cluster(f"cl-{bucket}-{number:02d}", theme, made, decision, decided, release, released))
    return found


def of_customer(customer: Customer, tickets: Sequence[Ticket], known: Sequence[Cluster], seed: int) -> Iterator[Feedback]:
    """Items of an account's users, while it pays, before and after, and what colleagues noted about the account."""
    asked = [ticket for ticket in tickets if ticket.system == "zendesk"]
    for user in customer.users:
        rng = Random(f"{seed}/service/feedback/{user.id}")
        for number in range(poisson(rng, 0.7)):
            at = _moment(rng, user.signed_up)
            if at < END:
                before = [ticket for ticket in asked if ticket.created < at]
                ticket_id = rng.choice(before).id if before and rng.random() < 0.2 else ""
                account_id = customer.account.id if rng.random() < 0.6 and at > customer.account.created else ""
                yield _item(f"fb-{user.id}-{number}", at, "customer", user.id, account_id, ticket_id, known, rng)
    rng = Random(f"{seed}/service/internal/{customer.account.number}")
    if rng.random() < 0.3:
        at = _moment(rng, customer.account.created)
        account_id = customer.account.id if rng.random() < 0.5 else ""
        if at < END:
            yield _item(f"fb-staff-{customer.account.number:06d}", at, "internal", "", account_id, "", known, rng)


def of_others(slot: int, users: Sequence[User], known: Sequence[Cluster], seed: int) -> Iterator[Feedback]:
    """Items of prospects, and of users who belong to nobody."""
    rng = Random(f"{seed}/service/prospect/{slot}")
    for number in range(poisson(rng, 0.4)):
        yield _item(f"fb-prospect-{slot:06d}-{number}", _moment(rng, instant(2023, 8, 1)), "prospect", "", "", "", known, rng)
    for user in users:
        rng = Random(f"{seed}/service/feedback/{user.id}")
        at = _moment(rng, user.signed_up)
        if rng.random() < 0.12 and at < END:
            yield _item(f"fb-{user.id}", at, "customer", user.id, "", "", known, rng)


def _moment(rng: Random, after: datetime) -> datetime:
    """Between 8 and 17 o'clock on a day at least one after `after`; may lie past the end."""
    first = local_day(after) + timedelta(days=1)
    days = max((date(2026, 6, 29) - first).days, 0)
    return local(first + timedelta(days=rng.randint(0, days)), rng.randint(8, 16), rng.randint(0, 59), rng.randint(0, 59))


def _item(
    key: str, at: datetime, reporter: str, user_id: str, account_id: str, ticket_id: str, known: Sequence[Cluster], rng: Random
) -> Feedback:
    bucket = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    tags = [rng.choice(BUCKETS.get(bucket, _UNSORTED_TAGS))] if rng.random() > 0.04 else []
    if tags and rng.random() < 0.12:
        tags.append(rng.choice(_UNSORTED_TAGS if rng.random() < 0.5 else BUCKETS["request"]))
    able = [one for one in known if one.id.startswith(f"cl-{bucket}-")]
    cluster = rng.choice(able) if able and rng.random() < 0.72 else None
    if cluster is None:
        return Feedback(key, at, reporter, user_id, account_id, tuple(dict.fromkeys(tags)), ticket_id)
    put = max(at, cluster.created) + timedelta(hours=rng.randint(4, 120))
    closed = told = None
    if cluster.decided is not None and rng.random() < 0.8:
        days = max((cluster.decided - at).days, (put - at).days, 0) + rng.randint(1, 12)
        closed = at + timedelta(days=days, hours=rng.randint(2, 4), minutes=rng.randint(0, 59))
        if cluster.released is not None and rng.random() < 0.65:
            told = max(closed, cluster.released) + timedelta(hours=rng.randint(1, 300))
    return Feedback(key, at, reporter, user_id, account_id, tuple(dict.fromkeys(tags)), ticket_id, cluster.id, put, closed, told)
