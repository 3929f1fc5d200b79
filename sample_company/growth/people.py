"""Users: whom they work for, by what the product could know it, when they become active, and how long they keep coming.

Belongs here: log-ins of the accounts, free users of nobody, and every user's events. Planted: `ACTIVATION_SHARE` of users reach the first
outcome inside 13 days; of those `HABIT_SHARE` keep a weekly habit for ever, while the others fade away in weeks.
Does not belong here: visits (`visits`), who invited whom (`referrals`), what a user is matched to (`truth.growth_identity`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp
from random import Random

from sample_company.clock import day_begins
from sample_company.growth.states import User
from sample_company.life import BEGIN, END
from sample_company.states import Account
from sample_company.truth.mrr import Timeline

FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "hotmail.com", "icloud.com", "proton.me")
ACTIVATION_SHARE = 0.62
HABIT_SHARE = 0.45
HABIT_RATE = 0.5
_FIRST = ("ada", "bo", "chidi", "dana", "emre", "farah", "goran", "hana", "ivo", "jun", "keiko", "lena", "milo", "nia", "omar", "pia")
_LAST = ("acker", "brandt", "castro", "dube", "endo", "falk", "gupta", "haas", "ito", "jansen", "kaya", "lund", "moreau", "novak")
_SIZES = {"smb": (1, 1, 1, 2, 2, 3), "mid_market": (2, 3, 4, 5), "enterprise": (4, 6, 8)}
# What ties a user to the account: the id the product was told, the address' domain, a contact in the CRM, nothing, or two that disagree.
_TIES = ("id",) * 15 + ("domain", "domain", "contact", "crm_domain", "nothing", "conflict")
DAY = timedelta(days=1)
# A first outcome that comes later after the sign-up counts as none.
ACTIVATION_WITHIN = 14 * DAY


def domain_of(account: Account) -> str:
    """The domain of an account's billing address."""
    return account.email.rpartition("@")[2]


def local_part(rng: Random, number: int) -> str:
    """The part of an address before the @; the number makes it one person's."""
    return f"{rng.choice(_FIRST)}.{rng.choice(_LAST)}{number}"


def left_at(timeline: Timeline) -> datetime:
    """When the account's last service ended; the end of the data when it has not."""
    if timeline.days and not timeline.days[-1].items:
        return day_begins(timeline.days[-1].first) + DAY
    return END


def account_users(timeline: Timeline, neighbour: Account | None, crm_domain: str, seed: int) -> list[tuple[User, str]]:
    """The users of an account, the first near its creation, each with its tie. `neighbour` lends the domain of a conflict."""
    account = timeline.account
    rng = Random(f"{seed}/growth/users/{account.number}")
    wanted = rng.choice(_SIZES[account.versions[0].segment])
    leaves = left_at(timeline)
    people: list[tuple[User, str]] = []
    for number in range(1, wanted + 1):
        tie = rng.choice(_TIES) if number > 1 else ("id" if rng.random() < 0.9 else "domain")
        if number == 1:
            at = max(account.created - timedelta(seconds=rng.randint(40, 5400)), BEGIN + timedelta(seconds=rng.randint(1, 59)))
        else:
            at = account.created + timedelta(seconds=rng.randint(3600, 120 * 86_400))
        if at >= min(leaves, END):
            continue
        domain = domain_of(account)
        if tie in ("contact", "nothing"):
            domain = rng.choice(FREE_MAIL)
        elif tie == "crm_domain" and crm_domain:
            domain = crm_domain
        elif tie == "conflict" and neighbour is not None:
            domain = domain_of(neighbour)
        email = f"{local_part(rng, account.number * 10 + number)}@{domain}"
        user = User(f"u{account.number:06d}{number:02d}", email, at, account.number, account.id, has_card=number == 1)
        if tie in ("id", "conflict"):
            # Never before the billing system has the account.
            told = max(account.created, at) + timedelta(seconds=rng.randint(5, 600))
            user.links.append((told, account.id))
        live(user, leaves, seed)
        people.append((user, tie))
    return people


def free_users(slot: int, seed: int) -> list[User]:
    """Up to three users who belong to no account, more of them in later years."""
    rng = Random(f"{seed}/growth/free/{slot}")
    found = []
    for number in range(rng.choice((0, 1, 1, 2, 3))):
        at = (BEGIN + (END - BEGIN) * rng.random() ** 0.7).replace(microsecond=0)
        domain = rng.choice(FREE_MAIL) if rng.random() < 0.7 else f"solo-{slot}-{number}.example"
        user = User(f"f{slot:06d}{number:02d}", f"{local_part(rng, slot * 10 + number)}@{domain}", at, slot)
        live(user, END, seed)
        found.append(user)
    return found


def live(user: User, leaves: datetime, seed: int, active_after: timedelta | None = None, activates: bool | None = None) -> None:
    """Give a user every event until it leaves or the data end: the sign-up, the first outcome (drawn, unless told) and weekly use."""
    rng = Random(f"{seed}/growth/life/{user.id}")
    until = min(leaves, END)
    user.events.append((user.signed_up, "signed_up"))
    reaches = rng.random() < ACTIVATION_SHARE
    delay = timedelta(seconds=int(min(rng.lognormvariate(11.0, 1.3), 12.9 * 86_400)) + 60)
    if activates if activates is not None else reaches:
        at = user.signed_up + (active_after if active_after is not None else delay)
        if at < until:
            user.activated = at if at <= user.signed_up + ACTIVATION_WITHIN else None
            user.events.append((at, "activated"))
            if rng.random() < 0.1 and at + 3 * DAY < until:
                user.events.append((at + 3 * DAY, "activated"))
    level, fade = (HABIT_RATE, 1.0) if user.activated and rng.random() < HABIT_SHARE else (0.0, 2.2)
    week, begin = 0, user.signed_up
    while begin < until and (level or week < 16):
        chance = level + (1 - level) * exp(-week / fade) * (0.9 if user.activated else 0.4)
        if rng.random() < chance:
            at = begin + timedelta(seconds=rng.randint(0, 7 * 86_400 - 1))
            if at < until:
                user.events.append((at, "core_action"))
        week, begin = week + 1, begin + 7 * DAY
    user.events.sort()
