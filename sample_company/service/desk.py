"""Who writes to whom: agents and their groups, organisations, and the people of each account as the help desks know them.

Belongs here: `SEGMENT_LOAD`, by which the load of a segment differs from its money, and which account a month is active in.
Does not belong here: tickets (`support`), chats (`chats`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from math import exp
from random import Random

from sample_company.clock import STARTS_ON, day_begins, local_day, month_start
from sample_company.growth.people import domain_of
from sample_company.growth.states import User
from sample_company.life import END
from sample_company.service.states import Organisation, Person
from sample_company.states import Account
from sample_company.truth.mrr import Timeline

TIERS = {1: "Tier 1 Support", 2: "Tier 2 Support", 3: "Tier 3 Engineering"}
GROUPS = {tier: f"92000000{tier:02d}" for tier in TIERS}
TEAMS = {tier: f"55{tier:02d}" for tier in TIERS}
_OPENED = day_begins(STARTS_ON)
# Middling customers ask twice as often as the others and pay no more.
SEGMENT_LOAD = {"smb": 0.8, "mid_market": 1.7, "enterprise": 0.8}
CHAT_SHARE = 0.3


def key_of(*parts: object) -> str:
    """Digits that stand for some parts, the same at every scale."""
    return str(10**14 + int.from_bytes(blake2b("/".join(map(str, parts)).encode(), digest_size=6).digest()) % (9 * 10**14))


def _staff(system: str, number: int, role: str = "agent") -> Person:
    name = f"agent{number}" if role == "agent" else "bot"
    head = "93" if system == "zendesk" else "77"
    return Person(system, f"{head}0000{number:02d}", role, f"{name}@our-desk.example", None, _OPENED)


AGENTS = {tier: tuple(_staff("zendesk", number) for number in numbers) for tier, numbers in ((1, range(1, 5)), (2, (5, 6)), (3, (7, 8)))}
ADMINS = {tier: tuple(_staff("intercom", number) for number in numbers) for tier, numbers in ((1, range(1, 4)), (2, (5,)), (3, (7,)))}
BOT = _staff("intercom", 99, "bot")
STAFF = (*(agent for tier in TIERS for agent in (*AGENTS[tier], *ADMINS[tier])), BOT)


def writes_in_chat(user: User, seed: int) -> bool:
    """Whether a user turns to the chat; everybody keeps to one way of asking."""
    return Random(f"{seed}/service/chat/{user.id}").random() < CHAT_SHARE


class Customer:
    """An account, its organisations and people; `people` pairs each person with the product's user, a colleague who only pays with None."""

    def __init__(self, timeline: Timeline, users: Sequence[User], seed: int) -> None:
        self.account: Account = timeline.account
        self.timeline = timeline
        self.users = list(users)
        rng = Random(f"{seed}/service/customer/{self.account.number}")
        self.organisation = self._organisation("zendesk", rng)
        self.company = self._organisation("intercom", rng)
        self.people = [(self._person(user, seed), user) for user in self.users]
        biller = Person(
            "zendesk",
            key_of("zendesk", self.account.email),
            "customer",
            self.account.email,
            self.organisation,
            self.organisation.created + timedelta(minutes=3),
        )
        self.people.append((biller, None))
        self.active_months = self._active_months()

    @property
    def segment(self) -> str:
        return self.account.versions[0].segment

    def _organisation(self, system: str, rng: Random) -> Organisation:
        """A company in the chat is told who pays at once; the help desk days later, and of one in eight never."""
        made = self.account.created + timedelta(seconds=rng.randint(60, 600))
        one = Organisation(system, key_of(system, self.account.id), self.account.name, domain_of(self.account), made)
        if system == "intercom":
            one.told.append((made, self.account.id))
        elif rng.random() < 0.88:
            one.told.append((made + timedelta(seconds=rng.randint(86_400, 30 * 86_400)), self.account.id))
        return one

    def _person(self, user: User, seed: int) -> Person:
        """In the chat the product says who writes, but for one in twelve; the help desk knows an address, of one in seven no more."""
        rng = Random(f"{seed}/service/person/{user.id}")
        if writes_in_chat(user, seed):
            made = max(user.signed_up, self.company.created) + timedelta(seconds=30)
            return Person(
                "intercom", key_of("intercom", user.id), "customer", user.email, self.company, made, user.id * (rng.random() > 0.08)
            )
        made = max(user.signed_up, self.organisation.created) + timedelta(seconds=30)
        known = self.organisation if rng.random() > 0.14 else None
        return Person("zendesk", key_of("zendesk", user.id), "customer", user.email, known, made)

    def _active_months(self) -> list[date]:
        """Months in which the account paid on a day, or one of its users used the product."""
        used = {month_start(local_day(at)) for user in self.users for at, name in user.events if name == "core_action" and at < END}
        months = []
        month = month_start(local_day(self.account.created))
        while month < END.date():
            following = month_start(month, 1)
            days = (self.timeline.at(month), *(day for day in self.timeline.days if month < day.first < following))
            if month in used or any(day.is_paying for day in days):
                months.append(month)
            month = following
        return months


def customers(timelines: Iterable[Timeline], users: Sequence[User], seed: int) -> list[Customer]:
    """The customers in order of their accounts' numbers."""
    by_account: dict[str, list[User]] = defaultdict(list)
    for user in users:
        by_account[user.account_id].append(user)
    return [Customer(timeline, by_account[timeline.account.id], seed) for timeline in timelines]


def poisson(rng: Random, mean: float) -> int:
    """A Poisson draw by inversion, of one random number: the smallest count whose cumulative weight is above it (Devroye, Non-Uniform
    Random Variate Generation, X.3.3)."""
    roll, count, weight = rng.random(), 0, exp(-mean)
    total = weight
    while total <= roll and count < 60:
        count += 1
        weight *= mean / count
        total += weight
    return count


def age_in_months(month: date) -> int:
    """Months since the company's first."""
    return (month.year - STARTS_ON.year) * 12 + month.month - STARTS_ON.month
