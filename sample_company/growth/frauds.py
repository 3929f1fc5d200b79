"""Invitations that nobody honest sent.

Belongs here: one kind of fraud after the other, planted for users of the default company's kind and marked on the invitation: the same
device, card or network address on both sides, an alias of the inviter's own address, rings of two to four users, bursts; and a near
miss of a burst, which is honest. Who was made up is a user like any other: fraud shows only in the invitations.
Does not belong here: the rules that find it (`truth.growth_referrals`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sample_company.growth.people import live
from sample_company.growth.referrals import PROGRAMMES, answer, card, fate, invitation, short
from sample_company.growth.states import Invitation, User
from sample_company.life import END

# One user in so many does it; the chance of each kind is the same.
SELF_SHARE = 0.05
KINDS = ("device", "card", "address", "alias")
RING_EVERY, BURST_EVERY, NEAR_MISS_EVERY = 45, 90, 150
_CREDIT = PROGRAMMES[2]
_HOUR = timedelta(hours=1)


def alias_of(email: str, number: int) -> str:
    """Another address of the same mailbox: dots that gmail.com ignores, or a tag behind a plus."""
    local, _, domain = email.partition("@")
    if domain == "gmail.com" and number % 2:
        plain = local.replace(".", "")
        return f"{plain[:2]}.{plain[2:]}@{domain}"
    return f"{local}+{number}@{domain}"


def made_up(inviter: User, one: Invitation, signed_up: datetime, seed: int, email: str) -> User:
    """The user that a fraud brings: active within hours, and never seen again after ten days."""
    user = User(f"g{one.id[4:]}", email, signed_up, inviter.slot)
    live(user, signed_up + timedelta(days=10), seed, timedelta(hours=3), activates=True)
    return user


def to_oneself(inviter: User, seed: int) -> Iterator[tuple[Invitation, User]]:
    """One or two invitations of a user to itself, inside its first month."""
    rng = Random(f"{seed}/growth/self/{inviter.id}")
    if inviter.activated is None or rng.random() > SELF_SHARE:
        return
    kind = rng.choice(KINDS if inviter.has_card else ("device", "address", "alias"))
    for number in range(1, rng.randint(1, 2) + 1):
        sent = inviter.activated + timedelta(days=number * 3, seconds=rng.randint(0, 20_000))
        if sent >= END:
            return
        key = short(f"self/{inviter.id}/{number}")
        email = alias_of(inviter.email, number) if kind == "alias" else f"me.too.{key}@mail.example"
        one = invitation(key, _CREDIT, inviter, sent, email)
        one.planted = f"self_{kind}"
        answer(one, sent + timedelta(minutes=9), f"g{key}", sent + timedelta(minutes=11))
        if kind == "device":
            one.invitee_device = one.inviter_device
        elif kind == "card":
            one.invitee_card = card(inviter.id)
        elif kind == "address":
            one.invitee_ip = one.inviter_ip
        yield one, made_up(inviter, one, sent + timedelta(minutes=11), seed, email)


def ring(slot: int, begins: datetime, seed: int) -> tuple[list[Invitation], list[User]]:
    """Two to four users who invite each other in a circle. The first was there before, and is active only when the circle closes."""
    rng = Random(f"{seed}/growth/ring/{slot}")
    count = rng.choice((2, 3, 3, 4))
    members = []
    for number in range(count):
        at = begins + timedelta(days=number, hours=number)
        user = User(f"r{slot:06d}{number:02d}", f"ring{slot}.{number}@mail.example", at, slot)
        live(user, at + timedelta(days=25), seed, timedelta(days=6) if number == 0 else _HOUR, activates=True)
        members.append(user)
    invitations = []
    for number, inviter in enumerate(members):
        invitee = members[(number + 1) % count]
        # The last closes the circle: its invitee signs in with the code, a day before its first outcome.
        signed_up = invitee.signed_up if number < count - 1 else members[0].signed_up + timedelta(days=5)
        sent = signed_up - timedelta(hours=2)
        one = invitation(short(f"ring/{slot}/{number}"), _CREDIT, inviter, sent, invitee.email)
        one.planted = f"ring_{count}"
        answer(one, signed_up - timedelta(minutes=5), invitee.id, signed_up)
        invitations.append(one)
    return invitations, members


def burst(inviter: User, seed: int) -> Iterator[tuple[Invitation, User | None]]:
    """24 to 40 invitations within 50 minutes; two of them bring a made-up user."""
    rng = Random(f"{seed}/growth/burst/{inviter.id}")
    if inviter.activated is None:
        return
    begin = inviter.activated + timedelta(days=rng.randint(31, 33))
    begin = begin if rng.random() < 0.5 else inviter.activated + timedelta(days=8)
    for number in range(rng.randint(24, 40)):
        sent = begin + timedelta(seconds=number * 75)
        key = short(f"burst/{inviter.id}/{number}")
        if sent >= END:
            return
        one = invitation(key, _CREDIT, inviter, sent, f"list{number}.{key}@mail.example")
        one.planted = "burst"
        if number >= 2:
            yield one, None
            continue
        answer(one, sent + timedelta(hours=2), f"g{key}", sent + timedelta(hours=3))
        yield one, made_up(inviter, one, sent + timedelta(hours=3), seed, one.invitee_email)


def near_miss(inviter: User, seed: int) -> Iterator[tuple[Invitation, datetime | None]]:
    """Twenty honest invitations in an hour, long after the first month: one fewer than a burst."""
    if inviter.activated is None:
        return
    rng = Random(f"{seed}/growth/near/{inviter.id}")
    begin = inviter.activated + timedelta(days=45)
    for number in range(20):
        sent = begin + timedelta(seconds=number * 150)
        if sent < END:
            yield fate(short(f"near/{inviter.id}/{number}"), PROGRAMMES[0], inviter, sent, rng)
